//! The schemes as data: how each is written, its check, its labels and the examples that everybody prints.

use super::checks;
use crate::sensitive::catalogue::Which;

/// How a scheme is written, and whether that is enough to know it.
pub(super) struct Written {
    /// `9` a digit, `A` a letter, `#` either, `.` and other marks themselves.
    pub(super) form: &'static str,
    /// How many digits the form begins with.
    pub(super) lead: usize,
    pub(super) needs: Needs,
}

/// How many digits a form begins with.
const fn lead(form: &str) -> usize {
    let mut count = 0;
    while count < form.len() && form.as_bytes()[count] == b'9' {
        count += 1;
    }
    count
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// The form and the check digits tell it from everything else.
    Nothing,
    /// Other numbers look like this and one in ten or so passes the check: a label must stand before it.
    Label,
}

const fn alone(form: &'static str) -> Written {
    Written { form, lead: lead(form), needs: Needs::Nothing }
}

const fn labelled(form: &'static str) -> Written {
    Written { form, lead: lead(form), needs: Needs::Label }
}

/// A national identifier.
pub(super) struct Scheme {
    pub(super) which: Which,
    pub(super) written: &'static [Written],
    /// Whether the characters, without separators and in capitals, are consistent.
    pub(super) check: fn(&[u8]) -> bool,
    /// Words that name it, beside [`LABELS`].
    pub(super) labels: &'static [&'static str],
    /// What the authority or everybody's documentation uses as an example.
    pub(super) examples: &'static [&'static str],
}

/// Words that may name any of them.
pub(super) static LABELS: &[&str] = &[
    "national id",
    "national identity",
    "national identification",
    "identity number",
    "identity card",
    "id card",
    "identification number",
    "citizen id",
    "tax id",
    "tax number",
    "tax identification",
    "personal id",
    "personal number",
    "personal identity",
    "national number",
];

/// Every scheme.
pub(super) static SCHEMES: &[Scheme] = &[
    Scheme {
        which: Which::GbNhs,
        written: &[labelled("999 999 9999"), labelled("999-999-9999"), labelled("9999999999")],
        check: checks::gb_nhs,
        labels: &["nhs", "nhs number", "nhs no", "patient"],
        examples: &["9434765919", "4010232137"],
    },
    Scheme {
        which: Which::GbNino,
        written: &[alone("AA999999A"), alone("AA 99 99 99 A"), alone("AA 999999 A"), alone("AA-99-99-99-A")],
        check: checks::gb_nino,
        labels: &["ni number", "nino", "national insurance", "ni no"],
        examples: &["AB123456C", "AA123456A", "AB123456A", "AB123456D"],
    },
    Scheme {
        which: Which::FrNir,
        written: &[
            alone("9 99 99 ## 999 999 99"),
            alone("9999999999999 99"),
            alone("99999##99999999"),
            alone("9.99.99.##.999.999.99"),
            alone("9-99-99-##-999-999-99"),
        ],
        check: checks::fr_nir,
        labels: &["nir", "insee", "sécurité sociale", "numéro de sécu"],
        examples: &["255081416802538", "269054958815780", "180126955222380"],
    },
    Scheme {
        which: Which::DeTaxId,
        written: &[labelled("99999999999"), labelled("99 999 999 999")],
        check: checks::de_tax_id,
        labels: &[
            "steuer-id",
            "steuerid",
            "steuer",
            "steueridentifikationsnummer",
            "steuer-identifikationsnummer",
            "idnr",
            "german",
            "german tax id",
            "identifikationsnummer",
            "tin",
        ],
        examples: &["86095742719", "47036892816", "65929970489"],
    },
    Scheme {
        which: Which::EsDni,
        written: &[
            alone("99999999A"),
            alone("99999999-A"),
            alone("99.999.999-A"),
            alone("99.999.999A"),
            labelled("99999999 A"),
        ],
        check: checks::es_dni,
        labels: &["dni", "nif"],
        examples: &["12345678Z", "00000000T", "99999999R", "11111111H"],
    },
    Scheme {
        which: Which::EsNie,
        written: &[alone("A9999999A"), alone("A-9999999-A"), alone("A9999999-A"), alone("A-9999999A")],
        check: checks::es_nie,
        labels: &["nie"],
        examples: &["X1234567L", "Z1234567R", "Y1234567X", "X0000000T"],
    },
    Scheme {
        which: Which::ItCodiceFiscale,
        written: &[alone("AAAAAA##A##A###A"), alone("AAA AAA ##A## A###A"), alone("AAA AAA ##A##A###A")],
        check: checks::it_codice_fiscale,
        labels: &["codice fiscale"],
        examples: &["RSSMRA85T10A562S", "RSSMRA80A01H501U", "MRTMTT91D08F205J", "RSSMRA70A01H501S"],
    },
    Scheme {
        which: Which::NlBsn,
        written: &[
            labelled("999999999"),
            labelled("9999.99.999"),
            labelled("999.999.999"),
            labelled("999 999 999"),
            labelled("9999 99 999"),
        ],
        check: checks::nl_bsn,
        labels: &["bsn", "burgerservicenummer", "sofinummer", "dutch", "citizen service number"],
        examples: &["111222333", "123456782", "999999990"],
    },
    Scheme {
        which: Which::BeNationalNumber,
        written: &[
            alone("99.99.99-999.99"),
            labelled("99999999999"),
            labelled("999999-999-99"),
            labelled("99 99 99 999 99"),
            labelled("999999 999 99"),
        ],
        check: checks::be_national_number,
        labels: &[
            "rijksregisternummer",
            "registre national",
            "insz",
            "niss",
            "national register",
            "belgian",
            "rrn",
            "nrn",
        ],
        examples: &["85073003328", "93051822361", "17073003384"],
    },
    Scheme {
        which: Which::PlPesel,
        written: &[labelled("99999999999")],
        check: checks::pl_pesel,
        labels: &["pesel", "polish"],
        examples: &["44051401359", "44051401458", "02070803628"],
    },
    Scheme {
        which: Which::SePersonnummer,
        written: &[
            alone("999999-9999"),
            alone("99999999-9999"),
            alone("999999+9999"),
            labelled("9999999999"),
            labelled("999999999999"),
        ],
        check: checks::se_personnummer,
        labels: &["personnummer", "samordningsnummer", "swedish", "personal identity number"],
        examples: &[
            "8112189876",
            "198112189876",
            "6408233234",
            "196408233234",
            "1212121212",
            "191212121212",
            "6709199530",
            "196709199530",
        ],
    },
    Scheme {
        which: Which::FiHetu,
        written: &[alone("999999-999#"), alone("999999A999#"), alone("999999+999#")],
        check: checks::fi_hetu,
        labels: &["hetu", "henkilötunnus", "finnish"],
        examples: &["131052308T", "010190001P"],
    },
    Scheme {
        which: Which::InAadhaar,
        written: &[alone("9999 9999 9999"), labelled("9999-9999-9999"), labelled("999999999999")],
        check: checks::in_aadhaar,
        labels: &["aadhaar", "aadhar", "uidai", "uid", "आधार"],
        examples: &["999941057058", "999971658847", "999933119405", "999955183433", "234123412346"],
    },
    Scheme {
        which: Which::InPan,
        written: &[alone("AAAAA9999A")],
        check: checks::in_pan,
        labels: &["pan", "permanent account number", "pan card"],
        examples: &["BNZPM2501F", "BNZAA2318J"],
    },
    Scheme {
        which: Which::BrCpf,
        written: &[alone("999.999.999-99"), labelled("99999999999"), labelled("999999999-99")],
        check: checks::br_cpf,
        labels: &["cpf", "cadastro de pessoas físicas", "brazilian"],
        examples: &["12345678909", "11144477735"],
    },
    Scheme {
        which: Which::AuTfn,
        written: &[labelled("999 999 999"), labelled("999999999"), labelled("999-999-999")],
        check: checks::au_tfn,
        labels: &["tfn", "tax file", "tax file number", "australian"],
        examples: &["123456782", "876543210", "112474082"],
    },
    Scheme {
        which: Which::AuMedicare,
        written: &[
            labelled("9999 99999 9"),
            labelled("9999999999"),
            labelled("9999-99999-9"),
            labelled("99999999999"),
            labelled("9999 99999 9 9"),
        ],
        check: checks::au_medicare,
        labels: &["medicare", "medicare card", "medicare number", "medicare no"],
        examples: &["2123456701", "2428778132"],
    },
    Scheme {
        which: Which::CaSin,
        written: &[labelled("999-999-999"), labelled("999 999 999"), labelled("999999999")],
        check: checks::ca_sin,
        labels: &["sin", "social insurance", "social insurance number", "nas", "assurance sociale", "canadian"],
        examples: &["130692544"],
    },
    Scheme {
        which: Which::SgNric,
        written: &[alone("A9999999A")],
        check: checks::sg_nric,
        labels: &["nric", "fin"],
        examples: &["S1234567D", "F1234567N", "T1234567J", "G1234567X", "S0000001I"],
    },
    Scheme {
        which: Which::KrRrn,
        written: &[alone("999999-9999999"), labelled("9999999999999")],
        check: checks::kr_rrn,
        labels: &["rrn", "resident registration", "resident registration number", "주민등록번호", "korean"],
        examples: &[],
    },
    Scheme {
        which: Which::ZaId,
        written: &[
            labelled("9999999999999"),
            alone("999999 9999 999"),
            alone("999999 9999 99 9"),
            labelled("999999-9999-999"),
        ],
        check: checks::za_id,
        labels: &["sa id", "rsa id", "south african", "id number", "id no", "id"],
        examples: &["8001015009087"],
    },
    Scheme {
        which: Which::ChAhv,
        written: &[alone("999.9999.9999.99"), labelled("9999999999999")],
        check: checks::ch_ahv,
        labels: &["ahv", "avs", "ahv-nummer", "swiss"],
        examples: &["7569217076985", "7561234567897"],
    },
    Scheme {
        which: Which::CnResidentId,
        written: &[alone("99999999999999999#")],
        check: checks::cn_resident_id,
        labels: &["身份证"],
        examples: &["11010519491231002X", "440524188001010014"],
    },
    Scheme {
        which: Which::DkCpr,
        written: &[labelled("999999-9999"), labelled("9999999999")],
        check: checks::dk_cpr,
        labels: &["cpr", "cpr-nummer", "cpr nummer", "personnummer", "danish"],
        examples: &["2110625629", "0707614285"],
    },
    Scheme {
        which: Which::NoFodselsnummer,
        written: &[labelled("99999999999"), labelled("999999 99999")],
        check: checks::no_fodselsnummer,
        labels: &["fødselsnummer", "fodselsnummer", "fnr", "personnummer", "norwegian"],
        examples: &[],
    },
    Scheme {
        which: Which::MxCurp,
        written: &[alone("AAAA999999AAAAAA#9")],
        check: checks::mx_curp,
        labels: &["curp"],
        examples: &["HEGG560427MVZRRL04", "BOXW310820HNERXN09"],
    },
    Scheme {
        which: Which::JpMyNumber,
        written: &[labelled("9999 9999 9999"), labelled("999999999999"), labelled("9999-9999-9999")],
        check: checks::jp_my_number,
        labels: &["my number", "mynumber", "individual number", "マイナンバー", "個人番号"],
        examples: &["123456789018"],
    },
    Scheme {
        which: Which::TrKimlik,
        written: &[labelled("99999999999")],
        check: checks::tr_kimlik,
        labels: &["kimlik", "tckn", "t.c.", "tc kimlik", "tc no", "turkish"],
        examples: &["10000000146"],
    },
    Scheme {
        which: Which::ThId,
        written: &[alone("9-9999-99999-99-9"), labelled("9999999999999"), labelled("9 9999 99999 99 9")],
        check: checks::th_id,
        labels: &["thai", "thai id", "บัตรประชาชน"],
        examples: &["1234567890121"],
    },
];
