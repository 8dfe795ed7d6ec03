//! The arithmetic of each scheme, with its source. Each takes capitals and digits without separators.

use crate::sensitive::checksum::{luhn, mod_11_10, modulo, verhoeff, weighted};

/// The value of the digit at `place`; 10 where there is none, which fits no check.
fn at(digits: &[u8], place: usize) -> u32 {
    digits.get(place).and_then(|&byte| char::from(byte).to_digit(10)).unwrap_or(10)
}

/// Two digits as a number.
fn pair(digits: &[u8], place: usize) -> u32 {
    at(digits, place) * 10 + at(digits, place + 1)
}

/// Whether month and day can be met in a calendar.
fn is_day(month: u32, day: u32) -> bool {
    (1..=12).contains(&month) && day >= 1 && day <= [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1]
}

/// NHS Data Model and Dictionary, *NHS NUMBER*: modulus 11 with weights 10 to 2; 999 is for tests.
pub(super) fn gb_nhs(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    sum.is_some_and(|sum| (11 - sum % 11) % 11 == at(digits, 9)) && !digits.starts_with(b"999")
}

/// HMRC manual NIM39110: letters that are never a prefix, prefixes that are not allocated, suffix A to D.
pub(super) fn gb_nino(value: &[u8]) -> bool {
    let [first, second, .., last] = value else { return false };
    let is_allocated = !matches!(&value[..2], b"BG" | b"GB" | b"KN" | b"NK" | b"NT" | b"TN" | b"ZZ");
    !b"DFIQUV".contains(first) && !b"DFIOQUV".contains(second) && is_allocated && (b'A'..=b'D').contains(last)
}

/// INSEE, *Numéro de sécurité sociale*: 97 less the remainder of the number; Corsica's 2A and 2B count as 19 and 18.
pub(super) fn fr_nir(value: &[u8]) -> bool {
    let (mut body, key) = match value.split_at_checked(13) {
        Some((body, key)) => (body.to_vec(), pair(key, 0)),
        None => return false,
    };
    match (body[5], body[6]) {
        (b'2', b'A') => (body[5], body[6]) = (b'1', b'9'),
        (b'2', b'B') => (body[5], body[6]) = (b'1', b'8'),
        _ => {}
    }
    let is_born = matches!(pair(&body, 3), 1..=12 | 20 | 30..=42 | 50..=99) && b"123478".contains(&body[0]);
    is_born && modulo(&body, 97).is_some_and(|rest| 97 - rest == key)
}

/// Bundeszentralamt für Steuern, *Steuerliche Identifikationsnummer*: ISO 7064 MOD 11,10, no leading zero.
pub(super) fn de_tax_id(digits: &[u8]) -> bool {
    digits[0] != b'0' && mod_11_10(digits)
}

const DNI_LETTERS: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

/// Ministerio del Interior, *Cálculo del dígito de control del NIF-NIE*: the remainder modulo 23 picks the letter.
pub(super) fn es_dni(value: &[u8]) -> bool {
    let Some((letter, digits)) = value.split_last() else { return false };
    modulo(digits, 23).is_some_and(|rest| DNI_LETTERS[rest as usize] == *letter)
}

/// As the DNI, with X, Y or Z for a leading 0, 1 or 2.
pub(super) fn es_nie(value: &[u8]) -> bool {
    let Some(first @ b'X'..=b'Z') = value.first() else { return false };
    let mut value = value.to_vec();
    value[0] = first - b'X' + b'0';
    es_dni(&value)
}

/// Decreto ministeriale 23 dicembre 1976: characters at odd places count by a table, those at even places by their rank.
pub(super) fn it_codice_fiscale(value: &[u8]) -> bool {
    const ODD: [u32; 26] =
        [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
    // Digits may be replaced by these letters where two people would have the same code.
    const REPLACES: &[u8; 10] = b"LMNPQRSTUV";
    let is_digit = |place: usize| value[place].is_ascii_digit() || REPLACES.contains(&value[place]);
    if value.len() != 16 || ![6, 7, 9, 10, 12, 13, 14].into_iter().all(is_digit) || !b"ABCDEHLMPRST".contains(&value[8])
    {
        return false;
    }
    let rank = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'A' };
    let sum: u32 = value[..15]
        .iter()
        .enumerate()
        .map(|(place, &byte)| if place % 2 == 0 { ODD[usize::from(rank(byte))] } else { u32::from(rank(byte)) })
        .sum();
    sum % 26 == u32::from(value[15] - b'A')
}

/// Rijksdienst voor Identiteitsgegevens, *Logisch ontwerp BSN*: the 11-test with weights 9 to 2 and -1.
pub(super) fn nl_bsn(digits: &[u8]) -> bool {
    weighted(digits, &[9, 8, 7, 6, 5, 4, 3, 2]).is_some_and(|sum| sum > 0 && sum % 11 == at(digits, 8))
}

/// Royal decree of 3 April 1984: 97 less the remainder, with a 2 in front for births from 2000 on.
pub(super) fn be_national_number(digits: &[u8]) -> bool {
    let check = pair(digits, 9);
    let of_century = |lead: u32| {
        let rest = modulo(&digits[..9], 97).map(|rest| (rest + lead * (1_000_000_000 % 97)) % 97);
        rest.is_some_and(|rest| 97 - rest == check)
    };
    // Month and day are zero where the date of birth is not known; 20 and 40 are added to the month of foreigners.
    pair(digits, 2) % 20 <= 12 && pair(digits, 4) <= 31 && (of_century(0) || of_century(2))
}

/// Ministerstwo Cyfryzacji, *Czym jest numer PESEL*: weights 1, 3, 7, 9; the month carries the century.
pub(super) fn pl_pesel(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    is_day(pair(digits, 2) % 20, pair(digits, 4)) && sum.is_some_and(|sum| sum % 10 == 0)
}

/// Skatteverket SKV 704: Luhn over ten digits; 60 is added to the day of a coordination number.
pub(super) fn se_personnummer(digits: &[u8]) -> bool {
    let (century, digits) = digits.split_at(digits.len() - 10);
    let day = pair(digits, 4);
    matches!(century, b"" | b"18" | b"19" | b"20")
        && is_day(pair(digits, 2), if day > 60 { day - 60 } else { day })
        && luhn(digits)
}

/// Digital and Population Data Services Agency, *The personal identity code*: the remainder modulo 31 picks the last
/// character; individual numbers from 900 on are for tests.
pub(super) fn fi_hetu(value: &[u8]) -> bool {
    const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";
    let Some((last, rest)) = value.split_last() else { return false };
    // A century mark that is a letter stands between date and number.
    let digits: Vec<u8> = rest.iter().copied().filter(u8::is_ascii_digit).collect();
    let mark = rest.iter().find(|byte| !byte.is_ascii_digit());
    digits.len() == 9
        && mark.is_none_or(|mark| b"ABCDEFUVWXY".contains(mark))
        && is_day(pair(&digits, 2), pair(&digits, 0))
        && digits[6] != b'9'
        && !digits.ends_with(b"000")
        && modulo(&digits, 31).is_some_and(|rest| CHECK[rest as usize] == *last)
}

/// UIDAI: twelve digits with a Verhoeff check digit, the first 2 to 9.
pub(super) fn in_aadhaar(digits: &[u8]) -> bool {
    digits[0] >= b'2' && verhoeff(digits)
}

/// Income Tax Department, Rule 114: the fourth letter is the holder's status; the check letter's rule is not published,
/// so digits in sequence are taken for examples.
pub(super) fn in_pan(value: &[u8]) -> bool {
    b"ABCFGHJLPT".contains(&value[3]) && &value[5..9] != b"1234" && &value[5..9] != b"0000"
}

/// Receita Federal: two check digits modulo 11 with rising weights.
pub(super) fn br_cpf(digits: &[u8]) -> bool {
    let check = |sum: Option<u32>| sum.map(|sum| sum * 10 % 11 % 10);
    let first = check(weighted(digits, &[10, 9, 8, 7, 6, 5, 4, 3, 2]));
    let second = check(weighted(digits, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2]));
    first == Some(at(digits, 9)) && second == Some(at(digits, 10))
}

/// Australian Taxation Office: the weighted sum is a multiple of 11.
pub(super) fn au_tfn(digits: &[u8]) -> bool {
    weighted(digits, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_some_and(|sum| sum % 11 == 0)
}

/// Services Australia: weights 1, 3, 7, 9 modulo 10 give the ninth digit; the first is 2 to 6.
pub(super) fn au_medicare(digits: &[u8]) -> bool {
    (b'2'..=b'6').contains(&digits[0])
        && weighted(digits, &[1, 3, 7, 9, 1, 3, 7, 9]).is_some_and(|sum| sum % 10 == at(digits, 8))
}

/// Canada Revenue Agency T4127: Luhn; 0 and 8 begin no number.
pub(super) fn ca_sin(digits: &[u8]) -> bool {
    !matches!(digits[0], b'0' | b'8') && luhn(digits)
}

/// Immigration and Checkpoints Authority of Singapore (the letters were never published officially; they are as every
/// implementation has them): weights 2, 7, 6, 5, 4, 3, 2 with an offset by series.
pub(super) fn sg_nric(value: &[u8]) -> bool {
    let (offset, letters): (u32, &[u8; 11]) = match value[0] {
        b'S' => (0, b"JZIHGFEDCBA"),
        b'T' => (4, b"JZIHGFEDCBA"),
        b'F' => (0, b"XWUTRQPNMLK"),
        b'G' => (4, b"XWUTRQPNMLK"),
        b'M' => (3, b"KLJNPQRTUWX"),
        _ => return false,
    };
    let sum = weighted(&value[1..8], &[2, 7, 6, 5, 4, 3, 2]);
    let place = sum.map(|sum| (sum + offset) % 11);
    // The series M reads its letters backwards.
    let place = place.map(|place| if value[0] == b'M' { 10 - place } else { place });
    place.is_some_and(|place| letters[place as usize] == value[8])
}

/// Resident Registration Act: weights 2 to 9 and 2 to 5, 11 less the remainder. Numbers given since October 2020 have a
/// random tail and are found only where it happens to fit.
pub(super) fn kr_rrn(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]);
    is_day(pair(digits, 2), pair(digits, 4)) && sum.is_some_and(|sum| (11 - sum % 11) % 10 == at(digits, 12))
}

/// Department of Home Affairs: date of birth, citizenship 0 to 2, Luhn.
pub(super) fn za_id(digits: &[u8]) -> bool {
    is_day(pair(digits, 2), pair(digits, 4)) && at(digits, 10) <= 2 && luhn(digits)
}

/// Zentrale Ausgleichsstelle: country 756 and the check digit of EAN-13.
pub(super) fn ch_ahv(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    digits.starts_with(b"756") && sum.is_some_and(|sum| sum % 10 == 0)
}

/// GB 11643-1999: ISO 7064 MOD 11-2, date of birth in the middle.
pub(super) fn cn_resident_id(value: &[u8]) -> bool {
    const CHECK: &[u8; 11] = b"10X98765432";
    let sum = weighted(value, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    matches!(&value[6..8], b"18" | b"19" | b"20")
        && (b'1'..=b'8').contains(&value[0])
        && is_day(pair(value, 10), pair(value, 12))
        && sum.is_some_and(|sum| CHECK[(sum % 11) as usize] == value[17])
}

/// CPR-kontoret: modulus 11 with weights 4, 3, 2, 7, 6, 5, 4, 3, 2, 1; some numbers given since 2007 don't satisfy it.
pub(super) fn dk_cpr(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    is_day(pair(digits, 2), pair(digits, 0)) && sum.is_some_and(|sum| sum % 11 == 0)
}

/// Skatteetaten, *Fødselsnummer*: two check digits modulo 11; 40 is added to the day of a D number.
pub(super) fn no_fodselsnummer(digits: &[u8]) -> bool {
    let first = weighted(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = weighted(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    let day = pair(digits, 0);
    is_day(pair(digits, 2), if day > 40 { day - 40 } else { day })
        && first.zip(second).is_some_and(|(first, second)| first % 11 == 0 && second % 11 == 0)
}

/// RENAPO, *Instructivo normativo para la asignación de la CURP*: ranks in base 37 (with Ñ) weighted 18 to 2.
pub(super) fn mx_curp(value: &[u8]) -> bool {
    let rank = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte.saturating_sub(b'A')) + 11,
    };
    let sum: u32 = value[..17].iter().zip(2..=18).map(|(&byte, place)| rank(byte) * (20 - place)).sum();
    is_day(pair(value, 6), pair(value, 8)) && b"HMX".contains(&value[10]) && (10 - sum % 10) % 10 == at(value, 17)
}

/// Ordinance 85 of 2014 of the Ministry of Internal Affairs and Communications: weights 6 to 2 and 7 to 2, 11 less the
/// remainder, 0 where that has two digits.
pub(super) fn jp_my_number(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let check = sum.map(|sum| if sum % 11 <= 1 { 0 } else { 11 - sum % 11 });
    check == Some(at(digits, 11))
}

/// Nüfus ve Vatandaşlık İşleri: the tenth digit from odd and even places, the eleventh from the sum of ten.
pub(super) fn tr_kimlik(digits: &[u8]) -> bool {
    let tenth = weighted(digits, &[7, 9, 7, 9, 7, 9, 7, 9, 7]);
    let eleventh = weighted(digits, &[1; 10]);
    digits[0] != b'0'
        && tenth.is_some_and(|sum| sum % 10 == at(digits, 9))
        && eleventh.is_some_and(|sum| sum % 10 == at(digits, 10))
}

/// Department of Provincial Administration: weights 13 to 2, 11 less the remainder.
pub(super) fn th_id(digits: &[u8]) -> bool {
    let sum = weighted(digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits[0] != b'0' && sum.is_some_and(|sum| (11 - sum % 11) % 10 == at(digits, 12))
}
