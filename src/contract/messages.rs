//! Which message of one version is which of another.

/// A message of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Who speaks.
    pub(crate) role: String,
    /// Its text.
    pub(crate) content: String,
    /// What else it says: parts that are no text, and keys beside role and content.
    pub(crate) rest: String,
}

/// Pairs of messages by index, in the order of the new version: by place where the roles are the same, else equal ones at
/// both ends, then those of one role in order. What has no partner stands alone.
pub(crate) fn pairs(old: &[Message], new: &[Message]) -> Vec<(Option<usize>, Option<usize>)> {
    if old.iter().map(|message| &message.role).eq(new.iter().map(|message| &message.role)) {
        return (0..new.len()).map(|at| (Some(at), Some(at))).collect();
    }
    let head = old.iter().zip(new).take_while(|(before, after)| before == after).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(before, after)| before == after);
    let tail = tail.count();
    let mut pairs: Vec<_> = (0..head).map(|at| (Some(at), Some(at))).collect();
    let mut left: Vec<usize> = (head..old.len() - tail).collect();
    for (after, message) in new.iter().enumerate().take(new.len() - tail).skip(head) {
        let same_role = left.iter().position(|before| old[*before].role == message.role);
        pairs.push((same_role.map(|at| left.remove(at)), Some(after)));
    }
    // One for one, a message that has nobody is the other's under another role.
    for pair in pairs.iter_mut().filter(|(before, _)| before.is_none()) {
        if left.first().is_some_and(|before| Some(*before) == pair.1) {
            pair.0 = Some(left.remove(0));
        }
    }
    pairs.extend(left.into_iter().map(|before| (Some(before), None)));
    pairs.extend((1..=tail).rev().map(|from_end| (Some(old.len() - from_end), Some(new.len() - from_end))));
    pairs
}

/// What the message with this number, from 1, is called: `system message`, or `message 3 (user)` where several have its
/// role.
pub(crate) fn label(messages: &[Message], number: usize) -> String {
    let role = messages.get(number - 1).map_or("", |message| message.role.as_str());
    if messages.iter().filter(|message| message.role == role).count() > 1 {
        format!("message {number} ({role})")
    } else {
        format!("{role} message")
    }
}
