//! An open path of 100 ms: how long each program takes to its verdict, and how many round trips that is.
//!
//! Round trips are the time over this path, less the time over the same path of 0 ms, divided by the round trip. So
//! they count waiting for packets alone, and not programs being started.

use std::error::Error;
use std::time::Duration;

use crate::network::{ClientSide, Network, Rules, ServerSide};
use crate::programs::{self, Ended, Program};
use crate::servers::{Kind, Kit, Server};
use crate::table::{self, Promise, median, seconds};
use crate::wire::Wire;

pub const ROUND_TRIP: Duration = Duration::from_millis(100);
pub const SERVERS: [(&str, Kind); 4] = [
    ("vsftpd", Kind::Vsftpd),
    ("ProFTPD", Kind::Proftpd),
    ("Pure-FTPd", Kind::PureFtpd),
    ("pyftpdlib", Kind::Pyftpdlib),
];
const TIMES: usize = 3;
const MOST_TRIPS: f64 = 12.0;

/// One program with one server.
struct Figure {
    program: Program,
    took: Duration,
    trips: f64,
    controls: usize,
}

pub fn measure(kit: &Kit) -> Result<Promise, Box<dyn Error>> {
    let mut columns = Vec::new();
    let mut missed = Vec::new();
    for (name, kind) in SERVERS {
        let figures = with_server(kit, kind).map_err(|why| format!("{name}: {why}"))?;
        missed.extend(figures.iter().filter_map(|figure| figure.misses(name)));
        columns.push(figures);
    }
    let mut rows: Vec<Vec<String>> = Vec::new();
    for (index, program) in programs::ALL.into_iter().enumerate() {
        let cells = columns.iter().map(|figures| cell(figures[index].took, figures[index].trips));
        rows.push([program.name().to_owned()].into_iter().chain(cells).collect());
        if program == Program::Ftpmode {
            let controls = columns.iter().map(|figures| figures[index].controls.to_string());
            rows.push(["  control connections".to_owned()].into_iter().chain(controls).collect());
        }
        if let Program::CurlActive | Program::LftpActive = program {
            let sums = columns.iter().map(|figures| {
                let (passive, active) = (&figures[index - 1], &figures[index]);
                cell(passive.took + active.took, passive.trips + active.trips)
            });
            rows.push(["  both modes".to_owned()].into_iter().chain(sums).collect());
        }
    }
    let heading = format!(
        "Time to the verdict over an open path of {} ms, and its round trips: (time - time over 0 ms) / {0} ms, medians of {TIMES}",
        ROUND_TRIP.as_millis()
    );
    let names: Vec<&str> = [""].into_iter().chain(SERVERS.map(|(name, _)| name)).collect();
    table::print(&heading, &names, &rows);
    Ok(Promise::new("at most 12 round trips for all four methods, on one control connection", &missed))
}

impl Figure {
    fn misses(&self, server: &str) -> Option<String> {
        let Self { trips, controls, .. } = self;
        let ours = self.program == Program::Ftpmode;
        // What is printed with one decimal is judged with one.
        let over = (trips * 10.0).round() / 10.0 > MOST_TRIPS;
        match controls {
            2.. if ours => Some(format!("{trips:.1} on {controls} control connections with {server}")),
            _ if ours && over => Some(format!("{trips:.1} with {server}")),
            _ => None,
        }
    }
}

fn with_server(kit: &Kit, kind: Kind) -> Result<Vec<Figure>, Box<dyn Error>> {
    let network = Network::build(ClientSide::Public, ServerSide::Public, &Rules::default())?;
    let _server = kit.start(&network, &Server { kind, port: 21, settings: "", empty: false })?;
    // Whatever the server reads once is read now.
    timed(Program::CurlPassive, &network)?;
    let near = programs::ALL.into_iter().map(|program| timed(program, &network)).collect::<Result<Vec<_>, _>>()?;
    let _wire = Wire::stretch(&network, ROUND_TRIP)?;
    let far = programs::ALL.into_iter().map(|program| timed(program, &network)).collect::<Result<Vec<_>, _>>()?;
    let figures = programs::ALL.into_iter().zip(near).zip(far);
    Ok(figures
        .map(|((program, (near, _)), (took, controls))| {
            let trips = took.saturating_sub(near).as_secs_f64() / ROUND_TRIP.as_secs_f64();
            Figure { program, took, trips, controls }
        })
        .collect())
}

/// The median time, and the most control connections of ftpmode's.
fn timed(program: Program, network: &Network) -> Result<(Duration, usize), Box<dyn Error>> {
    let mut times = Vec::new();
    let mut most = 1;
    for _ in 0..TIMES {
        let run = program.run(network)?;
        match run.ended {
            Ended::Verdict { recommendation, working: 4, controls } if recommendation == "either" => {
                most = most.max(controls);
            }
            Ended::Listed => {}
            Ended::Verdict { recommendation, working, .. } => {
                let why = format!("all is open, and ftpmode says {recommendation} with {working} of 4 methods working");
                return Err(why.into());
            }
            Ended::Failed(why) => return Err(format!("{}: {why}", program.name()).into()),
            Ended::OutOfTime => return Err(format!("{}: no end after {:?}", program.name(), run.took).into()),
        }
        times.push(run.took);
    }
    Ok((median(times), most))
}

fn cell(took: Duration, trips: f64) -> String {
    format!("{} {trips:5.1}", seconds(took))
}
