//! PII003: numbers of payment cards, by issuer, length and check digit (ISO/IEC 7812).

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::checksum;
use crate::sensitive::scan::{Scan, is_word};

/// First and last prefix of an issuer, and the lengths its numbers have, as bits.
struct Issuer(u32, u32, u32);

const fn lengths(shortest: u32, longest: u32) -> u32 {
    (1 << (longest + 1)) - (1 << shortest)
}

/// Issuer identification numbers with the networks' published lengths
/// (<https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)>).
static ISSUERS: &[Issuer] = &[
    // Visa.
    Issuer(4, 4, 1 << 13 | 1 << 16 | 1 << 19),
    // Mastercard, the second range since 2017.
    Issuer(51, 55, 1 << 16),
    Issuer(2221, 2720, 1 << 16),
    // American Express.
    Issuer(34, 34, 1 << 15),
    Issuer(37, 37, 1 << 15),
    // Diners Club.
    Issuer(300, 305, lengths(14, 16)),
    Issuer(3095, 3095, lengths(14, 16)),
    Issuer(36, 36, lengths(14, 16)),
    Issuer(38, 39, lengths(14, 16)),
    // Discover, and UnionPay numbers that it processes.
    Issuer(6011, 6011, lengths(16, 19)),
    Issuer(644, 649, lengths(16, 19)),
    Issuer(65, 65, lengths(16, 19)),
    Issuer(62, 62, lengths(16, 19)),
    // JCB: 3528 to 3589 are issued, the rest of 35 is what generators of test data use; fifteen digits before 1989.
    Issuer(35, 35, lengths(16, 19)),
    Issuer(1800, 1800, 1 << 15),
    Issuer(2131, 2131, 1 << 15),
    // Maestro.
    Issuer(50, 50, lengths(12, 19)),
    Issuer(56, 58, lengths(12, 19)),
    Issuer(60, 60, lengths(12, 19)),
    Issuer(63, 63, lengths(12, 19)),
    Issuer(67, 69, lengths(12, 19)),
    // Mir, RuPay, Troy.
    Issuer(2200, 2204, lengths(16, 19)),
    Issuer(81, 82, 1 << 16),
    Issuer(9792, 9792, 1 << 16),
];

/// Numbers that the networks and payment services publish for tests.
static TEST_CARDS: &[&str] = &[
    "30569309025904",
    "3056930009020004",
    "3530111333300000",
    "3566002020360505",
    "3566111111111113",
    "36227206271667",
    "36259600000004",
    "36700102000000",
    "370000000000002",
    "371449635398431",
    "371449635392376",
    "374101000000608",
    "374245455400126",
    "378282246310005",
    "378734493671000",
    "38520000023237",
    "4000000000000002",
    "4000000000000069",
    "4000000000000077",
    "4000000000000101",
    "4000000000000119",
    "4000000000000127",
    "4000000000000259",
    "4000000000000341",
    "4000000000003220",
    "4000000000005126",
    "4000000000009235",
    "4000000000009979",
    "4000000000009987",
    "4000000000009995",
    "4000002500003155",
    "4000002760003184",
    "4000003800000446",
    "4000008260000000",
    "4000056655665556",
    "4005519200000004",
    "4007000000027",
    "4009348888881881",
    "4012000033330026",
    "4012000077777777",
    "4012888888881881",
    "4012888818888",
    "4111111111111111",
    "4111111145551142",
    "4166676667666746",
    "4217651111111119",
    "4222222222222",
    "4222222222222220",
    "4242424242424242",
    "4263982640269299",
    "4293189100000008",
    "4444333322221111",
    "4462030000000000",
    "4484070000000000",
    "4500600000000061",
    "4532015112830366",
    "4539578763621486",
    "4576238912771450",
    "4716108999716531",
    "4716989580001715211",
    "4917300800000000",
    "4917610000000000",
    "5019717010103742",
    "5105105105105100",
    "5111010030175156",
    "5185540810000019",
    "5200828282828210",
    "5204230080000017",
    "5204740009900014",
    "5425233430109903",
    "5454545454545454",
    "5500000000000004",
    "5500005555555559",
    "5506900490000436",
    "5555341244441115",
    "5555555555554444",
    "6007220000000004",
    "6011000400000000",
    "6011000990139424",
    "6011000991300009",
    "6011111111111117",
    "6011601160116611",
    "6034883265619896",
    "6062826786276634",
    "6200000000000005",
    "6205500000000000004",
    "6304000000000000",
    "6331101999990016",
    "6362970000457013",
    "6759649826438453",
    "6771798025000004",
    "6799990100000000019",
    "76009244561",
    "2222400010000008",
    "2222400030000004",
    "2222400050000009",
    "2222400060000007",
    "2222400070000005",
    "2222405343248877",
    "2222990905257051",
    "2223000048400011",
    "2223003122003222",
    "2223007648726984",
    "2223577120017656",
    "2223520443560010",
];

/// Looks for a card number that begins at the digit at `start`: one block, or blocks with one separator throughout.
pub(super) fn find(scan: &mut Scan<'_>, start: usize) {
    let bytes = scan.bytes;
    // A number that goes on to the left, or is a part of a path or a decimal, is none.
    let before = scan.previous(start);
    if matches!(before, b'.' | b'/' | b'+' | b'#' | b'%') || is_word(before) && before != b'-' {
        return;
    }
    let mut digits = [0u8; 19];
    let (mut count, mut at, mut separator) = (0, start, None);
    let (mut block, mut shortest) = (0, usize::MAX);
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii_digit() {
            if count == 19 {
                return;
            }
            digits[count] = byte;
            count += 1;
            block += 1;
        } else if matches!(byte, b' ' | b'-')
            && separator.is_none_or(|separator| separator == byte)
            && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
        {
            // A number without separators ends at the first one: what follows is another number.
            if block >= 12 {
                break;
            }
            separator = Some(byte);
            shortest = shortest.min(block);
            block = 0;
        } else {
            break;
        }
        at += 1;
    }
    let grouped = separator.is_some();
    if count < 12 || grouped && (shortest < 4 || block < 2) || ends_elsewhere(scan, at) {
        return;
    }
    let digits = &digits[..count];
    if is_issued(digits) && checksum::luhn(digits) && !is_test_number(digits) && !is_timestamp(digits) {
        scan.hit(Kind::PaymentCard, start..at, Evidence::Checksum);
    }
}

/// Whether the number goes on after `end`: a letter, a decimal place, an address of a resource.
fn ends_elsewhere(scan: &Scan<'_>, end: usize) -> bool {
    let next = scan.byte(end);
    next.is_ascii_alphanumeric()
        || next == b'_'
        || matches!(next, b'.' | b':' | b'/' | b'-') && scan.byte(end + 1).is_ascii_alphanumeric()
}

fn is_issued(digits: &[u8]) -> bool {
    let leading = |count: u32| digits[..count as usize].iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    // Maestro of the United Kingdom begins with a zero, which no number in the table can.
    let is_maestro_uk = digits.starts_with(b"0604");
    is_maestro_uk
        || ISSUERS.iter().any(|Issuer(first, last, lengths)| {
            let prefix = leading(first.ilog10() + 1);
            (first..=last).contains(&&prefix) && lengths >> digits.len() & 1 == 1
        })
}

fn is_test_number(digits: &[u8]) -> bool {
    let distinct = digits.iter().fold(0u16, |seen, byte| seen | 1 << (byte - b'0')).count_ones();
    // A number with an issuer's prefix and zeros is an example even where no list has it.
    distinct <= 2
        || digits.windows(8).any(|window| window.iter().all(|byte| *byte == window[0]))
        || digits.windows(10).any(crate::sensitive::placeholder::is_sequence)
        || TEST_CARDS.iter().any(|card| card.as_bytes() == digits)
}

/// Thirteen digits that begin with 1 to 4 are milliseconds since 1970 more often than old Visa numbers; only those
/// before the year 2100 (4.1e12) begin with 4, so no date that is met is lost.
fn is_timestamp(digits: &[u8]) -> bool {
    digits.len() == 13 && digits[0] < b'4'
}
