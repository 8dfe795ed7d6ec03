//! Shares of the traffic that add up, from those that somebody asked for.

use super::Refusal;
use crate::store::route::{Route, Share};

/// The shares of `route` with those of `asked`, in the order of the file and new ones last. What `asked` leaves over or
/// takes too much is made up by the main variant: `stable`, else the one with the greatest share, that was not asked for.
pub(super) fn settle(route: &Route, asked: &[(String, Share)]) -> Result<Vec<(String, Share)>, Refusal> {
    let mut shares: Vec<(String, Share)> =
        route.traffic.iter().map(|portion| (portion.variant.value.clone(), portion.share.value)).collect();
    for (name, share) in asked {
        if route.variant(name).is_none() {
            let known = route.variants.iter().map(|variant| variant.name.value.clone()).collect();
            return Err(Refusal::NoVariant { name: name.clone(), known });
        }
        match shares.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = *share,
            None => shares.push((name.clone(), *share)),
        }
    }
    let sum: Share = shares.iter().map(|(_, share)| *share).sum();
    if sum == Share::WHOLE {
        return Ok(shares);
    }
    let is_free = |name: &str| !asked.iter().any(|(other, _)| other == name) && route.variant(name).is_some();
    let stable = shares.iter().position(|(name, _)| name == "stable" && is_free(name));
    let greatest = || {
        let free = shares.iter().enumerate().filter(|(_, (name, share))| is_free(name) && *share > Share::NONE);
        free.max_by_key(|(at, (_, share))| (*share, std::cmp::Reverse(*at))).map(|(at, _)| at)
    };
    let Some(main) = stable.or_else(greatest) else { return Err(Refusal::TrafficSum(sum)) };
    let others: Share = shares.iter().enumerate().filter(|(at, _)| *at != main).map(|(_, (_, share))| *share).sum();
    if others > Share::WHOLE {
        return Err(Refusal::TrafficSum(others));
    }
    shares[main].1 = Share::WHOLE.without(others);
    Ok(shares)
}

/// `canary=5 stable=95`: the shares on one line, without those that are nothing.
pub(super) fn written(shares: &[(String, Share)]) -> Option<String> {
    let served = shares.iter().filter(|(_, share)| *share > Share::NONE);
    let parts: Vec<String> = served.map(|(name, share)| format!("{name}={share}")).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The shares of `route` as they are.
pub(super) fn of(route: &Route) -> Vec<(String, Share)> {
    route.traffic.iter().map(|portion| (portion.variant.value.clone(), portion.share.value)).collect()
}
