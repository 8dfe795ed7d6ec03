//! Numbers that look random and are the same in every run with one seed.

/// The generator `xorshift64*`, whose whole sequence follows from the seed, which is not 0.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number in `[0, 1)`.
    pub(crate) fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
