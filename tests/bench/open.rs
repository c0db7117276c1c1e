//! An open path of 100 ms: how long each program takes to its verdict, and how many round trips that is.
//!
//! Round trips are the time over this path, less the time over the same path of 0 ms, divided by the round trip as
//! measured. So they count waiting for packets alone, and not programs being started.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use crate::network::{ClientSide, Network, Rules, ServerSide};
use crate::programs::{self, Ended, Program, Run};
use crate::servers::{Kind, Kit, Running};
use crate::table::{self, Promise, median, milliseconds, seconds};
use crate::wire::{self, Wire};

pub const ROUND_TRIP: Duration = Duration::from_millis(100);
pub const SERVERS: [(&str, Kind); 4] = [
    ("vsftpd", Kind::Vsftpd),
    ("ProFTPD", Kind::Proftpd),
    ("Pure-FTPd", Kind::PureFtpd),
    ("pyftpdlib", Kind::Pyftpdlib),
];
const TIMES: usize = 3;
const MOST_TRIPS: f64 = 12.0;
const MOST_TRIPS_OF_TLS: f64 = 3.0;

/// One program with one server.
struct Figure {
    program: Program,
    took: Duration,
    trips: f64,
    round_trip: Duration,
    controls: usize,
}

pub fn measure(kit: &Kit, save: Option<&Path>) -> Result<[Promise; 2], Box<dyn Error>> {
    let mut columns = Vec::new();
    let mut missed = Vec::new();
    let mut missed_by_tls = Vec::new();
    for (name, kind) in SERVERS {
        let figures = with_server(kit, (name, kind), save).map_err(|why| format!("{name}: {why}"))?;
        missed.extend(figures.iter().filter_map(|figure| figure.misses(name)));
        let trips =
            |wanted| figures.iter().find(|figure| figure.program == wanted).map_or(f64::NAN, |found| found.trips);
        let more = trips(Program::FtpmodeTls) - trips(Program::Ftpmode);
        if (more * 10.0).round() / 10.0 > MOST_TRIPS_OF_TLS {
            missed_by_tls.push(format!("{more:.1} with {name}"));
        }
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
    let round_trips = columns.iter().flatten().map(|figure| figure.round_trip).collect();
    let heading = format!(
        "Time to the verdict over an open path of {}, and its round trips: (time - time over 0 ms) / {0}, medians of {TIMES}",
        milliseconds(median(round_trips)),
    );
    let names: Vec<&str> = [""].into_iter().chain(SERVERS.map(|(name, _)| name)).collect();
    table::print(&heading, &names, &rows);
    Ok([
        Promise::new("at most 12 round trips for all four methods, on one control connection", &missed),
        Promise::new("explicit TLS adds at most 3 round trips", &missed_by_tls),
    ])
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

fn with_server(kit: &Kit, (name, kind): (&str, Kind), save: Option<&Path>) -> Result<Vec<Figure>, Box<dyn Error>> {
    let network = Network::build(ClientSide::Public, ServerSide::Public, &Rules::default())?;
    // Each run has a server of its own: ProFTPD 1.3.8 accepts nobody for 400 ms after a session has ended.
    let start = |program| {
        programs::end_all(&network, "s")?;
        let tls = program == Program::FtpmodeTls;
        kit.start(&network, &if tls { programs::server_with_tls(kind) } else { programs::server(kind) })
    };
    let time_all = || {
        let timed = programs::ALL.into_iter().map(|program| times(program, &network, start));
        timed.collect::<Result<Vec<_>, _>>()
    };
    let near = time_all()?;
    let _wire = Wire::stretch(&network, ROUND_TRIP)?;
    let round_trip = {
        let _server = start(Program::Ftpmode)?;
        wire::round_trip(&network, programs::SERVER)?
    };
    if round_trip < ROUND_TRIP || round_trip > ROUND_TRIP + ROUND_TRIP / 20 {
        return Err(format!("the wire makes a round trip of {}", milliseconds(round_trip)).into());
    }
    let mut figures = Vec::new();
    for ((program, near), far) in programs::ALL.into_iter().zip(near).zip(time_all()?) {
        near.iter().try_for_each(|run| programs::save(run, save, &format!("near-{name}.json")))?;
        far.iter().try_for_each(|run| {
            programs::save(run, save, &format!("open-{}-{name}.json", program.name().replace([',', ' '], "")))
        })?;
        let controls = far.iter().map(|run| if let Ended::Verdict { controls, .. } = run.ended { controls } else { 1 });
        let controls = controls.max().unwrap_or_default();
        let [near, took] = [near, far].map(|runs| median(runs.iter().map(|run| run.took).collect()));
        let trips = took.saturating_sub(near).as_secs_f64() / round_trip.as_secs_f64();
        figures.push(Figure { program, took, trips, round_trip, controls });
    }
    Ok(figures)
}

/// Runs that all found the path open.
fn times(
    program: Program,
    network: &Network,
    start: impl Fn(Program) -> Result<Running, String>,
) -> Result<Vec<Run>, Box<dyn Error>> {
    let mut runs = Vec::new();
    for _ in 0..TIMES {
        let _server = start(program)?;
        let run = program.run(network)?;
        match &run.ended {
            Ended::Verdict { recommendation, working: 4, .. } if recommendation == "either" => {}
            Ended::Listed => {}
            Ended::Verdict { recommendation, working, .. } => {
                let why = format!("all is open, and ftpmode says {recommendation} with {working} of 4 methods working");
                return Err(why.into());
            }
            Ended::Failed(why) => return Err(format!("{}: {why}", program.name()).into()),
            Ended::OutOfTime => return Err(format!("{}: no end after {:?}", program.name(), run.took).into()),
        }
        runs.push(run);
    }
    Ok(runs)
}

fn cell(took: Duration, trips: f64) -> String {
    format!("{} {trips:5.1}", seconds(took))
}
