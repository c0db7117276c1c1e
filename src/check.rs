//! Plan, probe, record, diagnose, and again: the only file that sees both the engine and the diagnosis.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use crate::diagnosis::planner;
use crate::engine::{Engine, Settings};
use crate::evidence::attempt::DataVerb;
use crate::evidence::facts::Facts;
use crate::evidence::{CutShort, Evidence};

/// What to check and within which bounds.
#[derive(Clone, Debug)]
pub struct Request {
    pub settings: Settings,
    /// The methods to try; empty for all that fit the address family.
    pub methods: Vec<DataVerb>,
    /// The longest that the whole check may take.
    pub deadline: Duration,
}

/// Checks one target. Ends early, with what was seen so far, at the deadline or when `interrupted` completes; where a
/// router was asked for a port, some two seconds later at most, since it is to close it.
/// `progress` is told what is being tried.
pub async fn check(
    request: Request,
    interrupted: impl Future<Output = ()>,
    progress: watch::Sender<String>,
) -> Evidence {
    let Request { settings, methods, deadline } = request;
    let mut engine = Engine::new(settings, &methods, progress);
    let cut_short = tokio::select! {
        ended = timeout(deadline, probe(&mut engine, &methods)) => ended.err().map(|_| CutShort::Deadline),
        () = interrupted => Some(CutShort::Interrupted),
    };
    engine.close_ports().await;
    engine.finish(cut_short)
}

async fn probe(engine: &mut Engine, methods: &[DataVerb]) {
    if !engine.reach().await {
        return;
    }
    let plan = planner::first_turns(methods, engine.over_ipv6(), engine.active_address());
    let experiment = planner::experiment(&plan);
    if engine.compares() {
        engine.turns(plan.clone(), None).await;
        engine.begin_anew_under_tls();
    }
    engine.turns(plan, experiment).await;
    loop {
        let before = engine.evidence();
        let wanted = planner::next_probes(&Facts::of(&before));
        if wanted.is_empty() {
            break;
        }
        engine.run(wanted).await;
        // What leaves no trace would be wanted again for ever.
        let left_no_trace = Evidence { duration_ms: before.duration_ms, ..engine.evidence() } == before;
        if left_no_trace {
            break;
        }
    }
    engine.measure_again().await;
    engine.upload().await;
    engine.stay_quiet().await;
}
