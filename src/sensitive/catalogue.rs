//! The kinds of things that are found, with the names that messages use.

/// Why a hit counts, from weakest to strongest. Of overlapping hits the strongest stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// Its form, for want of anything to compute.
    Shape,
    /// A word near it that says what it is.
    Label,
    /// A prefix that only this kind has, or a structure that decodes.
    Prefix,
    /// Check digits or a checksum.
    Checksum,
}

/// What was found. Of two kinds with the same evidence for the same text the one that stands first here is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A mail address of a person.
    EmailAddress,
    /// A phone number.
    PhoneNumber,
    /// An identifier that a state gives to a person.
    NationalId(Which),
    /// The number of a payment card (PAN).
    PaymentCard,
    /// An international bank account number.
    Iban,
    /// A social security number of the United States, or the ITIN that stands in for it.
    UsSsn,
    /// The number of a passport.
    PassportNumber,
    /// A public IP address, version 4 or 6.
    IpAddress,
    /// A hardware address.
    MacAddress,
    /// A date of birth.
    DateOfBirth,
    /// A street address.
    StreetAddress,
    /// The address of a crypto-currency wallet.
    CryptoWallet,
    /// A bank account by routing number.
    BankAccount,
    /// A vehicle identification number.
    VehicleId,
    /// A private key in PEM armour.
    PrivateKey,
    /// A key of a provider, with the provider's name.
    ProviderApiKey(&'static str),
    /// A signed JSON web token.
    JsonWebToken,
    /// User and password in a web address.
    UrlCredentials,
    /// A connection string with a password.
    ConnectionString,
    /// A random value assigned to a name such as `api_key`.
    HighEntropyAssignment,
    /// A password in a sentence.
    PasswordInProse,
}

/// A national identifier, by country and scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is described, with the source of its algorithm, where it is checked")]
pub enum Which {
    AuMedicare,
    AuTfn,
    BeNationalNumber,
    BrCpf,
    CaSin,
    ChAhv,
    CnResidentId,
    DeTaxId,
    DkCpr,
    EsDni,
    EsNie,
    FiHetu,
    FrNir,
    GbNhs,
    GbNino,
    InAadhaar,
    InPan,
    ItCodiceFiscale,
    JpMyNumber,
    KrRrn,
    MxCurp,
    NlBsn,
    NoFodselsnummer,
    PlPesel,
    SePersonnummer,
    SgNric,
    ThId,
    TrKimlik,
    ZaId,
}

impl Kind {
    /// The name for a message, where the kind alone decides it.
    pub fn name(self) -> &'static str {
        match self {
            Self::EmailAddress => "email address",
            Self::PhoneNumber => "phone number",
            Self::PaymentCard => "payment card number",
            Self::Iban => "IBAN",
            Self::UsSsn => "US social security number",
            Self::NationalId(which) => which.name(),
            Self::PassportNumber => "passport number",
            Self::IpAddress => "IP address",
            Self::MacAddress => "MAC address",
            Self::DateOfBirth => "date of birth",
            Self::StreetAddress => "street address",
            Self::CryptoWallet => "crypto wallet address",
            Self::BankAccount => "bank routing number",
            Self::VehicleId => "vehicle identification number",
            Self::PrivateKey => "private key",
            Self::ProviderApiKey(name) => name,
            Self::JsonWebToken => "JSON web token",
            Self::UrlCredentials => "password in a URL",
            Self::ConnectionString => "connection string with a password",
            Self::HighEntropyAssignment => "secret value",
            Self::PasswordInProse => "password",
        }
    }
}

impl Which {
    /// The official term in the language of the country where that is how people know it.
    pub fn name(self) -> &'static str {
        match self {
            Self::AuMedicare => "Australian Medicare number",
            Self::AuTfn => "Australian tax file number (TFN)",
            Self::BeNationalNumber => "Belgian national register number",
            Self::BrCpf => "Brazilian taxpayer number (CPF)",
            Self::CaSin => "Canadian social insurance number (SIN)",
            Self::ChAhv => "Swiss social security number (AHV)",
            Self::CnResidentId => "Chinese resident identity number",
            Self::DeTaxId => "German tax identification number (Steuer-ID)",
            Self::DkCpr => "Danish civil registration number (CPR)",
            Self::EsDni => "Spanish identity number (DNI/NIF)",
            Self::EsNie => "Spanish foreigner identity number (NIE)",
            Self::FiHetu => "Finnish personal identity code (henkilötunnus)",
            Self::FrNir => "French social security number (NIR)",
            Self::GbNhs => "UK NHS number",
            Self::GbNino => "UK National Insurance number",
            Self::InAadhaar => "Indian Aadhaar number",
            Self::InPan => "Indian permanent account number (PAN)",
            Self::ItCodiceFiscale => "Italian tax code (codice fiscale)",
            Self::JpMyNumber => "Japanese individual number (My Number)",
            Self::KrRrn => "South Korean resident registration number",
            Self::MxCurp => "Mexican population registry code (CURP)",
            Self::NlBsn => "Dutch citizen service number (BSN)",
            Self::NoFodselsnummer => "Norwegian national identity number (fødselsnummer)",
            Self::PlPesel => "Polish PESEL number",
            Self::SePersonnummer => "Swedish personal identity number (personnummer)",
            Self::SgNric => "Singapore NRIC or FIN",
            Self::ThId => "Thai national identity number",
            Self::TrKimlik => "Turkish identity number (T.C. kimlik no)",
            Self::ZaId => "South African identity number",
        }
    }
}
