//! The numbering plans: which digits can be a phone number, and which are nobody's.

use crate::sensitive::placeholder;

/// A country code with the least and the greatest length of the numbers after it.
struct Country(u32, usize, usize);

/// Assigned country codes (ITU Operational Bulletin 1266, annex) with lengths as libphonenumber's metadata has them.
static COUNTRIES: &[Country] = &[
    Country(1, 10, 10),
    Country(7, 10, 10),
    Country(20, 8, 10),
    Country(27, 9, 9),
    Country(30, 10, 10),
    Country(31, 9, 9),
    Country(32, 8, 9),
    Country(33, 9, 9),
    Country(34, 9, 9),
    Country(36, 8, 9),
    Country(39, 6, 11),
    Country(40, 9, 9),
    Country(41, 9, 9),
    Country(43, 7, 13),
    Country(44, 9, 10),
    Country(45, 8, 8),
    Country(46, 7, 9),
    Country(47, 8, 8),
    Country(48, 9, 9),
    Country(49, 7, 11),
    Country(51, 8, 9),
    Country(52, 10, 10),
    Country(53, 6, 8),
    Country(54, 10, 11),
    Country(55, 10, 11),
    Country(56, 9, 9),
    Country(57, 10, 10),
    Country(58, 10, 10),
    Country(60, 8, 10),
    Country(61, 9, 9),
    Country(62, 8, 12),
    Country(63, 8, 10),
    Country(64, 8, 10),
    Country(65, 8, 8),
    Country(66, 8, 9),
    Country(81, 9, 10),
    Country(82, 8, 10),
    Country(84, 9, 10),
    Country(86, 10, 11),
    Country(90, 10, 10),
    Country(91, 10, 10),
    Country(92, 9, 10),
    Country(93, 9, 9),
    Country(94, 9, 9),
    Country(95, 7, 10),
    Country(98, 10, 10),
    Country(211, 9, 9),
    Country(212, 9, 9),
    Country(213, 8, 9),
    Country(216, 8, 8),
    Country(218, 8, 9),
    Country(220, 7, 7),
    Country(221, 9, 9),
    Country(222, 8, 8),
    Country(223, 8, 8),
    Country(224, 8, 9),
    Country(225, 10, 10),
    Country(226, 8, 8),
    Country(227, 8, 8),
    Country(228, 8, 8),
    Country(229, 8, 10),
    Country(230, 7, 8),
    Country(231, 7, 9),
    Country(232, 8, 8),
    Country(233, 9, 9),
    Country(234, 8, 10),
    Country(235, 8, 8),
    Country(236, 8, 8),
    Country(237, 8, 9),
    Country(238, 7, 7),
    Country(239, 7, 7),
    Country(240, 9, 9),
    Country(241, 7, 8),
    Country(242, 9, 9),
    Country(243, 7, 9),
    Country(244, 9, 9),
    Country(245, 7, 9),
    Country(248, 7, 7),
    Country(249, 9, 9),
    Country(250, 8, 9),
    Country(251, 9, 9),
    Country(252, 7, 9),
    Country(253, 8, 8),
    Country(254, 7, 10),
    Country(255, 9, 9),
    Country(256, 9, 9),
    Country(257, 8, 8),
    Country(258, 8, 9),
    Country(260, 9, 9),
    Country(261, 9, 9),
    Country(262, 9, 9),
    Country(263, 8, 10),
    Country(264, 8, 9),
    Country(265, 7, 9),
    Country(266, 8, 8),
    Country(267, 7, 8),
    Country(268, 8, 8),
    Country(269, 7, 7),
    Country(291, 7, 7),
    Country(297, 7, 7),
    Country(298, 6, 6),
    Country(299, 6, 6),
    Country(350, 8, 8),
    Country(351, 9, 9),
    Country(352, 6, 11),
    Country(353, 7, 10),
    Country(354, 7, 9),
    Country(355, 8, 9),
    Country(356, 8, 8),
    Country(357, 8, 8),
    Country(358, 6, 11),
    Country(359, 7, 9),
    Country(370, 8, 8),
    Country(371, 8, 8),
    Country(372, 7, 8),
    Country(373, 8, 8),
    Country(374, 8, 8),
    Country(375, 9, 9),
    Country(376, 6, 9),
    Country(377, 8, 9),
    Country(378, 6, 10),
    Country(380, 9, 9),
    Country(381, 8, 10),
    Country(382, 8, 8),
    Country(383, 8, 9),
    Country(385, 8, 9),
    Country(386, 8, 8),
    Country(387, 8, 9),
    Country(389, 8, 8),
    Country(420, 9, 9),
    Country(421, 9, 9),
    Country(423, 7, 9),
    Country(501, 7, 7),
    Country(502, 8, 8),
    Country(503, 8, 8),
    Country(504, 8, 8),
    Country(505, 8, 8),
    Country(506, 8, 8),
    Country(507, 7, 8),
    Country(509, 8, 8),
    Country(590, 9, 9),
    Country(591, 8, 8),
    Country(592, 7, 7),
    Country(593, 8, 9),
    Country(594, 9, 9),
    Country(595, 8, 9),
    Country(596, 9, 9),
    Country(597, 6, 7),
    Country(598, 7, 8),
    Country(673, 7, 7),
    Country(675, 7, 8),
    Country(679, 7, 7),
    Country(687, 6, 6),
    Country(689, 6, 8),
    Country(852, 8, 8),
    Country(853, 8, 8),
    Country(855, 8, 9),
    Country(856, 8, 10),
    Country(880, 8, 10),
    Country(886, 8, 9),
    Country(960, 7, 7),
    Country(961, 7, 8),
    Country(962, 8, 9),
    Country(963, 8, 9),
    Country(964, 8, 10),
    Country(965, 7, 8),
    Country(966, 8, 9),
    Country(967, 7, 9),
    Country(968, 7, 8),
    Country(970, 8, 9),
    Country(971, 8, 9),
    Country(972, 8, 9),
    Country(973, 8, 8),
    Country(974, 7, 8),
    Country(975, 7, 8),
    Country(976, 8, 8),
    Country(977, 8, 10),
    Country(992, 9, 9),
    Country(993, 8, 8),
    Country(994, 9, 9),
    Country(995, 9, 9),
    Country(996, 9, 9),
    Country(998, 9, 9),
];

/// Whether the digits are a country code and a number of a length that the country has.
///
/// A trunk zero that people write after the code, `+41 (0)96`, is not counted.
pub(super) fn is_international(digits: &[u8]) -> bool {
    (1..=3).any(|width| {
        let Some((code, rest)) = digits.split_at_checked(width) else { return false };
        let code = code.iter().fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
        let rest = if code != 39 { rest.strip_prefix(b"0").unwrap_or(rest) } else { rest };
        COUNTRIES.iter().any(|Country(known, least, most)| {
            *known == code && (*least..=*most).contains(&rest.len()) && (code != 1 || is_north_american(rest))
        })
    })
}

/// Area code and exchange as the North American Numbering Plan has them, none that every caller pays or nobody does.
pub(super) fn is_north_american(digits: &[u8]) -> bool {
    let [a, b, c, d, e, f, ..] = digits else { return false };
    let is_service = |second: u8, third: u8| second == b'1' && third == b'1';
    digits.len() == 10
        && *a >= b'2'
        && *b != b'9'
        && !is_service(*b, *c)
        && *d >= b'2'
        && !is_service(*e, *f)
        && !is_toll_free(digits)
}

/// Numbers whose calls the other side pays, or that cost extra: firms and hotlines have them.
fn is_toll_free(digits: &[u8]) -> bool {
    matches!(&digits[..3], b"800" | b"822" | b"833" | b"844" | b"855" | b"866" | b"877" | b"888" | b"900")
}

/// Area codes of the North American Numbering Plan that are in service (NANPA, *Area codes in service*, 2026), as bits
/// from 200. Those assigned only to services are left out.
static AREAS: &[u16] = &[
    201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 212, 213, 214, 215, 216, 217, 218, 219, 220, 223, 224, 225, 226,
    227, 228, 229, 231, 234, 235, 236, 239, 240, 242, 246, 248, 249, 250, 251, 252, 253, 254, 256, 257, 260, 262, 263,
    264, 267, 268, 269, 270, 272, 274, 276, 279, 281, 283, 284, 289, 301, 302, 303, 304, 305, 306, 307, 308, 309, 310,
    312, 313, 314, 315, 316, 317, 318, 319, 320, 321, 323, 324, 325, 326, 327, 329, 330, 331, 332, 334, 336, 337, 339,
    340, 341, 343, 345, 346, 347, 350, 351, 352, 353, 354, 357, 360, 361, 363, 364, 365, 367, 368, 369, 380, 382, 385,
    386, 387, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 412, 413, 414, 415, 416, 417, 418, 419, 423, 424, 425,
    428, 430, 431, 432, 434, 435, 436, 437, 438, 440, 441, 442, 443, 445, 447, 448, 450, 457, 458, 463, 464, 465, 468,
    469, 470, 471, 472, 473, 474, 475, 478, 479, 480, 483, 484, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 512,
    513, 514, 515, 516, 517, 518, 519, 520, 530, 531, 534, 539, 540, 541, 548, 551, 557, 559, 561, 562, 563, 564, 565,
    567, 570, 571, 572, 573, 574, 575, 579, 580, 581, 582, 584, 585, 586, 587, 601, 602, 603, 604, 605, 606, 607, 608,
    609, 610, 612, 613, 614, 615, 616, 617, 618, 619, 620, 621, 623, 624, 626, 628, 629, 630, 631, 636, 639, 640, 641,
    645, 646, 647, 649, 650, 651, 656, 657, 658, 659, 660, 661, 662, 664, 667, 669, 670, 671, 672, 678, 679, 680, 681,
    682, 683, 684, 686, 689, 701, 702, 703, 704, 705, 706, 707, 708, 709, 712, 713, 714, 715, 716, 717, 718, 719, 720,
    721, 724, 725, 726, 727, 728, 729, 730, 731, 732, 734, 737, 738, 740, 742, 743, 747, 753, 754, 757, 758, 760, 762,
    763, 765, 767, 769, 770, 771, 772, 773, 774, 775, 778, 779, 780, 781, 782, 784, 785, 786, 787, 801, 802, 803, 804,
    805, 806, 807, 808, 809, 810, 812, 813, 814, 815, 816, 817, 818, 819, 820, 821, 825, 826, 828, 829, 830, 831, 832,
    835, 837, 838, 839, 840, 843, 845, 847, 848, 849, 850, 851, 854, 856, 857, 858, 859, 860, 861, 862, 863, 864, 865,
    867, 868, 869, 870, 872, 873, 876, 878, 879, 901, 902, 903, 904, 905, 906, 907, 908, 909, 910, 912, 913, 914, 915,
    916, 917, 918, 919, 920, 924, 925, 928, 929, 930, 931, 934, 936, 937, 938, 939, 940, 941, 942, 943, 945, 947, 948,
    949, 951, 952, 954, 956, 959, 970, 971, 972, 973, 975, 978, 979, 980, 983, 984, 985, 986, 989,
];

pub(super) fn is_area(digits: &[u8]) -> bool {
    let area = digits[..3].iter().fold(0, |sum, byte| sum * 10 + u16::from(byte - b'0'));
    AREAS.binary_search(&area).is_ok()
}

/// Numbers that the regulators keep for drama and documentation, as leading digits with the trunk zero or country code,
/// and their whole length: UK (Ofcom, *Telephone numbers for drama use*), Australia (ACMA), France (ARCEP, decision
/// 2018-0881), Germany (Bundesnetzagentur, *Drama numbers*), Ireland (ComReg).
static DRAMA: &[(&[u8], usize)] = &[
    (b"07700900", 11),
    (b"02079460", 11),
    (b"01632960", 11),
    (b"01134960", 11),
    (b"01144960", 11),
    (b"01154960", 11),
    (b"01164960", 11),
    (b"01174960", 11),
    (b"01184960", 11),
    (b"01214960", 11),
    (b"01314960", 11),
    (b"01414960", 11),
    (b"01514960", 11),
    (b"01614960", 11),
    (b"01914980", 11),
    (b"02890180", 11),
    (b"02890496", 11),
    (b"02920180", 11),
    (b"08081570", 11),
    (b"03069990", 11),
    (b"0255501", 10),
    (b"0355501", 10),
    (b"0755501", 10),
    (b"0855501", 10),
    (b"0270101", 10),
    (b"0370101", 10),
    (b"0770101", 10),
    (b"0870101", 10),
    (b"0491570", 10),
    (b"019900", 10),
    (b"026191", 10),
    (b"035301", 10),
    (b"046571", 10),
    (b"053649", 10),
    (b"063998", 10),
    (b"03023125", 11),
    (b"06990009", 11),
    (b"04066969", 11),
    (b"0221471", 11),
    (b"08999998", 11),
    (b"01713920", 12),
    (b"017139200", 11),
    (b"0209100", 10),
    (b"0209150", 10),
];

/// Whether the number is nobody's own: 555 in North America, a range for drama, a sequence, one digit throughout, or
/// toll-free.
pub(super) fn is_reserved(digits: &[u8]) -> bool {
    let home = digits.strip_prefix(b"00").unwrap_or(digits);
    let american = home.strip_prefix(b"1").filter(|rest| rest.len() == 10).unwrap_or(home);
    let is_fiction = match american {
        [b'5', b'5', b'5', _, _, _, _] => true,
        [area @ .., b'5', b'5', b'5', _, _, _, _] if area.len() == 3 => true,
        [b'5', b'5', b'5', ..] => american.len() == 10,
        _ => false,
    };
    let distinct = digits.iter().fold(0u16, |seen, byte| seen | 1 << (byte - b'0')).count_ones();
    let is_drama = DRAMA.iter().any(|(prefix, length)| {
        digits.starts_with(prefix) && digits.len().abs_diff(*length) <= 1
            || [&b"44"[..], b"61", b"33", b"49", b"353"].iter().any(|code| {
                home.strip_prefix(*code).is_some_and(|rest| {
                    let rest = rest.strip_prefix(b"0").unwrap_or(rest);
                    rest.starts_with(&prefix[1..]) && (rest.len() + 1).abs_diff(*length) <= 1
                })
            })
    });
    let is_toll_free = american.len() == 10 && is_toll_free(american);
    is_fiction || is_toll_free || distinct <= 2 || is_drama || digits.windows(7).any(placeholder::is_sequence)
}
