//! What a render may still make and do, and what it printed where.

use std::ops::Range;
use std::sync::Mutex;

use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use crate::render::{MAX_OUTPUT, MAX_VALUE};

/// Bytes of values that one render may make together, also those that it drops again: so memory is bounded whatever the
/// engine keeps.
pub(super) const MAX_MADE: u64 = 48 << 20;
/// Values that nest deeper than this are refused: printing, comparing and dropping them would go as deep.
const MAX_NESTING: usize = 64;
/// What an item of a list or an entry of a mapping counts as, in bytes.
pub(super) const ITEM: u64 = 32;
/// What a list without a known length counts as.
const UNKNOWN_LENGTH: u64 = 1 << 20;
/// What taking in another template counts as, in bytes: to set one up takes as long as many instructions.
const TEMPLATE: u64 = 2 << 10;

/// The account of one render. The engine's filters share it; nothing else runs meanwhile.
#[derive(Debug, Default)]
pub(super) struct Meter(Mutex<Account>);

#[derive(Debug, Default)]
struct Account {
    made: u64,
    work: u64,
    left: Vec<Value>,
    printing: Option<usize>,
    last: Option<usize>,
    written: usize,
    printed: Vec<(Range<usize>, usize)>,
}

/// Which limit was reached: the engine's errors carry it as their source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Exceeded {
    #[error("this makes a value of more than {} MiB", MAX_VALUE >> 20)]
    Value,
    #[error("the templates make more than {} MiB of values", MAX_MADE >> 20)]
    Made,
    #[error("the templates go through their values too often: this would take too long")]
    Work,
    #[error("the templates take in others too often: this would take too long")]
    Templates,
    #[error("this value nests more than {MAX_NESTING} deep")]
    Nesting,
    #[error("the text is longer than {} MiB", MAX_OUTPUT >> 20)]
    Output,
}

impl From<Exceeded> for Error {
    fn from(exceeded: Exceeded) -> Self {
        Self::new(ErrorKind::InvalidOperation, exceeded.to_string()).with_source(exceeded)
    }
}

impl Meter {
    fn account(&self) -> std::sync::MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Begins a render that may touch `work` bytes.
    pub(super) fn begin(&self, work: u64) {
        *self.account() = Account { made: MAX_MADE, work, ..Account::default() };
    }

    /// Charges the making of a value of `size` bytes.
    pub(super) fn make(&self, size: u64) -> Result<(), Exceeded> {
        if size > MAX_VALUE {
            return Err(Exceeded::Value);
        }
        let mut account = self.account();
        account.made = account.made.checked_sub(size).ok_or(Exceeded::Made)?;
        account.work = account.work.checked_sub(size).ok_or(Exceeded::Work)?;
        Ok(())
    }

    /// Charges going through `bytes`.
    pub(super) fn work(&self, bytes: u64) -> Result<(), Exceeded> {
        let mut account = self.account();
        account.work = account.work.checked_sub(bytes).ok_or(Exceeded::Work)?;
        Ok(())
    }

    /// Charges taking in another template.
    pub(super) fn enter(&self) -> Result<(), Exceeded> {
        self.work(TEMPLATE).map_err(|_| Exceeded::Templates)
    }

    /// The bytes of `value` with everything in it, as text. Goes through it, and charges that.
    pub(super) fn weigh(&self, value: &Value) -> Result<u64, Exceeded> {
        self.weigh_within(value, MAX_NESTING)
    }

    fn weigh_within(&self, value: &Value, depth: usize) -> Result<u64, Exceeded> {
        let container = matches!(value.kind(), ValueKind::Seq | ValueKind::Map);
        if !container {
            return Ok(size(value));
        }
        let depth = depth.checked_sub(1).ok_or(Exceeded::Nesting)?;
        let mut sum = ITEM;
        let Ok(items) = value.try_iter() else { return Ok(sum) };
        for item in items {
            self.work(ITEM)?;
            sum += self.weigh_within(&item, depth)? + 4;
            if value.kind() == ValueKind::Map
                && let Ok(held) = value.get_item(&item)
            {
                sum += self.weigh_within(&held, depth)? + 4;
            }
            if sum > MAX_VALUE {
                return Err(Exceeded::Value);
            }
        }
        Ok(sum)
    }

    /// Notes the left operand of an operator whose right one is not known yet.
    pub(super) fn push_left(&self, value: Value) {
        self.account().left.push(value);
    }

    /// The last left operand that was noted.
    pub(super) fn pop_left(&self) -> Option<Value> {
        self.account().left.pop()
    }

    /// Says which expression is printed next.
    pub(super) fn prints(&self, index: usize) {
        let mut account = self.account();
        account.printing = Some(index);
        account.last = Some(index);
    }

    /// Which expression was said to be printed next; `None` for literal text.
    pub(super) fn take_printing(&self) -> Option<usize> {
        self.account().printing.take()
    }

    /// Which expression was printed last.
    pub(super) fn last_printed(&self) -> Option<usize> {
        self.account().last
    }

    /// How much of the output is written.
    pub(super) fn written(&self) -> usize {
        self.account().written
    }

    /// Counts output.
    pub(super) fn write(&self, bytes: usize) -> Result<(), Exceeded> {
        let mut account = self.account();
        account.written += bytes;
        if account.written > MAX_OUTPUT { Err(Exceeded::Output) } else { Ok(()) }
    }

    /// Notes that the expression at `index` printed the output since `start`.
    pub(super) fn printed(&self, start: usize, index: usize) {
        let mut account = self.account();
        let end = account.written;
        if end > start {
            account.printed.push((start..end, index));
        }
    }

    /// Everything that was noted of the output.
    pub(super) fn take_printed(&self) -> Vec<(Range<usize>, usize)> {
        std::mem::take(&mut self.account().printed)
    }
}

/// The bytes of a value without what it holds.
pub(super) fn size(value: &Value) -> u64 {
    match value.kind() {
        ValueKind::String | ValueKind::Bytes => value.as_str().map_or(ITEM, |text| text.len() as u64),
        ValueKind::Seq | ValueKind::Map => value.len().unwrap_or(0) as u64 * ITEM + ITEM,
        ValueKind::Iterable => value.len().map_or(UNKNOWN_LENGTH, |items| items as u64 * ITEM),
        _ => ITEM,
    }
}
