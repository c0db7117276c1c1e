//! Both directions dropped without a word, over a path of 100 ms: how long each program takes to say so.

use std::error::Error;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::network::{ClientSide, Network, Rules, ServerSide};
use crate::open::{ROUND_TRIP, SERVERS};
use crate::programs::{self, CAP, Ended, Program, Run};
use crate::servers::{Kind, Kit};
use crate::table::{self, Promise, seconds};
use crate::wire::Wire;

const TARGET: Duration = Duration::from_secs(6);

/// The client's gateway drops what was not asked for, and the server's firewall its passive range.
const BOTH_DROP: Rules = Rules {
    gateway1: "table inet f { chain forward { type filter hook forward priority 0; iifname wan ct state new drop; }; }\n",
    server: "table inet f { chain input { type filter hook input priority 0; tcp dport 50000-50009 drop; }; }\n",
    client: "",
    transit: "",
    gateway2: "",
    gateway1_script: "",
    gateway2_script: "",
};

pub fn measure(kit: &Kit, save: Option<&Path>) -> Result<Promise, Box<dyn Error>> {
    // Each path waits on its own: nothing here takes the processor from another.
    let paths: Vec<Result<Vec<Run>, String>> = thread::scope(|scope| {
        let begun = SERVERS.map(|(_, kind)| scope.spawn(move || with_server(kit, kind)));
        begun.into_iter().map(|path| path.join().unwrap_or_else(|_| Err("the bench itself panicked".into()))).collect()
    });
    let paths = paths.into_iter().collect::<Result<Vec<_>, _>>()?;
    for (runs, (name, _)) in paths.iter().zip(SERVERS) {
        programs::save(&runs[0], save, &format!("dropped-{name}.json"))?;
    }
    let missed: Vec<String> =
        paths.iter().zip(SERVERS).filter_map(|(runs, (server, _))| misses(&runs[0], server)).collect();
    let rows: Vec<Vec<String>> = (programs::IN_PLAIN.into_iter().enumerate())
        .map(|(index, program)| {
            let cells = paths.iter().map(|runs| cell(&runs[index]));
            [program.name().to_owned()].into_iter().chain(cells).collect()
        })
        .collect();
    let names: Vec<&str> = [""].into_iter().chain(SERVERS.map(|(name, _)| name)).collect();
    let heading = format!(
        "Time to the verdict with both directions dropped, over {} ms; nobody is waited for longer than {} s",
        ROUND_TRIP.as_millis(),
        CAP.as_secs()
    );
    table::print(&heading, &names, &rows);
    Ok(Promise::new("under 6 s with both directions dropped", &missed))
}

/// One run of each program, in their order: ftpmode alone, then all others side by side.
fn with_server(kit: &Kit, kind: Kind) -> Result<Vec<Run>, String> {
    let ours = on_one_path(kit, kind, &programs::IN_PLAIN[..1])?;
    // On a path of their own: sessions that wait for a dead data connection count against a server's limits.
    let others = on_one_path(kit, kind, &programs::IN_PLAIN[1..])?;
    Ok(ours.into_iter().chain(others).collect())
}

fn on_one_path(kit: &Kit, kind: Kind, programs: &[Program]) -> Result<Vec<Run>, String> {
    let network = &Network::build(ClientSide::Public, ServerSide::Public, &BOTH_DROP)?;
    let _server = kit.start(network, &programs::server(kind))?;
    let _wire = Wire::stretch(network, ROUND_TRIP).map_err(|why| why.to_string())?;
    thread::scope(|scope| {
        let begun: Vec<_> = programs.iter().map(|program| scope.spawn(|| program.run(network))).collect();
        begun.into_iter().map(|run| run.join().unwrap_or_else(|_| Err("the bench itself panicked".into()))).collect()
    })
}

fn misses(run: &Run, server: &str) -> Option<String> {
    match &run.ended {
        Ended::Verdict { recommendation, .. } if recommendation != "none" => {
            Some(format!("says {recommendation} with {server}"))
        }
        _ if run.took >= TARGET => Some(format!("{} with {server}", seconds(run.took))),
        _ => None,
    }
}

fn cell(run: &Run) -> String {
    match run.ended {
        Ended::OutOfTime => format!("> {} s", CAP.as_secs()),
        Ended::Failed(_) => format!("fails, {}", seconds(run.took)),
        _ => seconds(run.took),
    }
}
