//! PII012: addresses of crypto-currency wallets, by checksum.

use crate::sensitive::catalogue::{Evidence, Kind};
use crate::sensitive::checksum;
use crate::sensitive::scan::Scan;

/// Addresses that belong to nobody: the genesis block's, burn addresses, and the examples of the specifications.
static EXAMPLES: &[&str] = &[
    "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
    "1BitcoinEaterAddressDontSendf59kuE",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy",
    "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq",
    "1111111111111111111114oLvT2",
    "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0x000000000000000000000000000000000000dEaD",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
    "0xdAC17F958D2ee523a2206206994597C13D831ec7",
];

/// Looks at a word that may be an address of Bitcoin, Litecoin, Dogecoin, Tron or Ethereum.
pub(super) fn find(scan: &mut Scan<'_>, start: usize, end: usize) {
    let value = &scan.bytes[start..end];
    let is_address = match value {
        [b'0', b'x', hex @ ..] if value.len() == 42 => has_both_cases(hex) && checksum::eip55(hex),
        [b'b' | b'B', b'c' | b'C', b'1', ..] | [b'l' | b'L', b't' | b'T', b'c' | b'C', b'1', ..] => {
            (26..=90).contains(&value.len()) && checksum::bech32(value)
        }
        // Version bytes of addresses: Bitcoin 0 and 5, Dogecoin 30, Litecoin 48 and 50, Tron 65.
        [b'1' | b'3' | b'D' | b'L' | b'M' | b'T', ..] if (26..=35).contains(&value.len()) => {
            matches!(checksum::base58check(value), Some(0 | 5 | 30 | 48 | 50 | 65))
        }
        _ => false,
    };
    if is_address && !EXAMPLES.iter().any(|example| example.as_bytes() == value) {
        scan.hit(Kind::CryptoWallet, start..end, Evidence::Checksum);
    }
}

/// An address in one case carries no checksum.
fn has_both_cases(hex: &[u8]) -> bool {
    hex.iter().any(u8::is_ascii_uppercase) && hex.iter().any(u8::is_ascii_lowercase)
}
