//! The only room that touches the network, and the only async layer: it does what it is told and records what it sees.
//!
//! Question: an FTP library, or our own? Choice: our own. Reason: every byte, time and order of events is evidence, and
//! libraries hide replies behind errors. Price: the dialogue's oddities are ours to know.
//!
//! Question: how few round trips? Choice: commands that need no answer first travel together, and the next method's
//! command travels behind the transfer command. Reason: four methods cost eleven round trips where one after the other
//! costs about forty. Price: a server that loses its place; it is noticed (`session::Pace`) and asked again one
//! command at a time.
//!
//! Invariant: what the network does wrong is an event, never an `Err`.

pub mod budget;
mod data;
mod login;
mod milestones;
mod negotiation;
pub mod net;
mod probes;
mod reach;
mod recorder;
mod session;
mod tls;
mod turn;
mod turns;

use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::sync::watch;

use crate::evidence::attempt::{Attempt, DataVerb, Load, Probe};
use crate::evidence::facts::Facts;
use crate::evidence::security::{Protection, Wanted};
use crate::evidence::target::{Secret, Target};
use crate::evidence::{Evidence, NotPossible};
use budget::Budget;
use recorder::Recorder;
use session::Session;

/// What to do and how patiently.
#[derive(Clone, Debug)]
pub struct Settings {
    pub target: Target,
    pub login: Login,
    /// When the control connection is encrypted.
    pub tls: Wanted,
    /// What guards data connections once it is: `Private` or `Clear`.
    pub data: Protection,
    /// Whom this side trusts to be the server, before it sends a password.
    pub certificates: Certificates,
    /// The authorities (X.509, DER) to trust in place of the system's.
    pub authorities: Option<Vec<Vec<u8>>>,
    pub family: Family,
    /// The address of this computer that every connection starts from.
    pub bind: Option<IpAddr>,
    /// The address that PORT and EPRT name instead of the control connection's own end.
    pub active_address: Option<IpAddr>,
    /// The ports that active mode listens at; any free one without.
    pub active_ports: Option<RangeInclusive<u16>>,
    /// Whether a private address in 227 may be dialled.
    pub trust_pasv_address: bool,
    /// The folder to list.
    pub path: Option<String>,
    /// A file to download instead of a listing.
    pub retrieve: Option<String>,
    /// Bytes of a transfer after which it is stopped.
    pub max_bytes: u64,
    pub locate: Locate,
    pub capture: Capture,
    /// So many passive ports are tried; as many as the diagnosis wants without.
    pub samples: Option<u8>,
    /// Bytes of a large transfer that is tried once a mode works.
    pub transfer_size: Option<u64>,
    /// Whether a file may be uploaded and deleted.
    pub upload: bool,
    /// How long the control connection is kept quiet at the end, to see whether it survives.
    pub idle: Option<Duration>,
    /// Whether this side's router may be asked for a port.
    pub port_mapping: bool,
    /// Probes that would not change the recommendation are made, too.
    pub thorough: bool,
    /// How long silence lasts before it is called silence; `None` for two SYN retransmissions and a round trip.
    pub timeout: Option<Duration>,
}

/// Bytes of a transfer after which it is stopped, where nobody says otherwise.
pub const USUAL_MAX_BYTES: u64 = 1024 * 1024;

impl Settings {
    /// Anonymous, both address families, and nothing given but the target.
    pub fn usual(target: Target) -> Self {
        Self {
            target,
            login: Login::Anonymous,
            tls: Wanted::Auto,
            data: Protection::Private,
            certificates: Certificates::Trusted,
            authorities: None,
            family: Family::Any,
            bind: None,
            active_address: None,
            active_ports: None,
            trust_pasv_address: false,
            path: None,
            retrieve: None,
            max_bytes: USUAL_MAX_BYTES,
            locate: Locate::Auto,
            capture: Capture::Auto,
            samples: None,
            transfer_size: None,
            upload: false,
            port_mapping: false,
            idle: None,
            thorough: false,
            timeout: None,
        }
    }
}

/// Whether to look for the place on the way where passive connections end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locate {
    /// Where one is refused, dropped or unreachable.
    #[default]
    Auto,
    Always,
    Never,
}

/// Whether to watch packets at the network interface, which takes CAP_NET_RAW on Linux.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Capture {
    /// Where this program may.
    #[default]
    Auto,
    Never,
}

/// Which servers a password is sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Certificates {
    /// Those with a certificate that an authority vouches for, and those that speak no TLS.
    #[default]
    Trusted,
    /// All.
    Any,
}

/// Who logs in.
#[derive(Clone, Debug)]
pub enum Login {
    Anonymous,
    User { name: String, password: Secret },
}

/// Which addresses of a name are dialled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Family {
    #[default]
    Any,
    Ipv4,
    Ipv6,
}

/// One check under way. Dropping it sends QUIT on every control connection and closes all sockets.
pub struct Engine {
    kit: Kit,
    /// A control connection between two plans.
    idle: Option<Session>,
    turns: turns::Standing,
    /// Dials of other address families that are still unanswered.
    late: reach::Late,
    watch: Option<net::Watch>,
}

/// What all parts of a check work with.
struct Kit {
    settings: Settings,
    budget: Budget,
    recorder: Recorder,
    tls: tls::Lazy,
    milestones: milestones::Milestones,
}

impl Kit {
    fn tools(&self) -> turns::Tools<'_> {
        let Self { settings, budget, recorder, tls, milestones } = self;
        turns::Tools { settings, budget, recorder, tls, milestones }
    }
}

impl Engine {
    /// Begins a check; nothing is sent yet. `progress` is told what is being tried, in words for a person.
    pub fn new(settings: Settings, methods: &[DataVerb], progress: watch::Sender<String>) -> Self {
        let budget = Budget::new(settings.timeout);
        let recorder = Recorder::new(&settings, methods, progress);
        let guard = match settings.tls {
            Wanted::Explicit | Wanted::Implicit => settings.data,
            Wanted::Auto | Wanted::Off | Wanted::Both => Protection::Plain,
        };
        Self {
            kit: Kit {
                settings,
                budget,
                recorder,
                tls: tls::Lazy::default(),
                milestones: milestones::Milestones::default(),
            },
            idle: None,
            turns: turns::Standing::under(guard),
            late: reach::Late::default(),
            watch: None,
        }
    }

    /// Resolves the name and joins the control connection (RFC 8305). `true` where somebody greeted as FTP does.
    pub async fn reach(&mut self) -> bool {
        let tools = self.kit.tools();
        self.idle = reach::reach(tools, &mut self.late).await;
        if let (Some(session), Capture::Auto) = (&self.idle, self.kit.settings.capture) {
            self.watch = net::Watch::open(session.peer().ip().to_canonical()).ok();
        }
        if self.watch.is_some() {
            self.kit.recorder.watched();
        }
        if !net::Watch::POSSIBLE {
            self.kit.recorder.not_possible(NotPossible::WatchingPackets);
        }
        self.idle.is_some()
    }

    /// Whether the control connection runs over IPv6.
    pub fn over_ipv6(&self) -> bool {
        self.idle.as_ref().is_some_and(|session| session.peer().is_ipv6())
    }

    /// The address that PORT and EPRT shall name, where the user gave one.
    pub fn active_address(&self) -> Option<IpAddr> {
        self.kit.settings.active_address
    }

    /// Tries these data connections, in turn while all goes well, staggered once one stalls. Under TLS, whose handshakes
    /// make each of them longer, the modes go side by side, and `experiment` beside them as soon as a login is taken.
    pub async fn turns(&mut self, plan: Vec<Attempt>, experiment: Option<Attempt>) {
        let tools = self.kit.tools();
        self.turns.side_by_side = true;
        let mut beside = self.turns.beside();
        let work = async {
            let turns = pin!(turns::run(tools, &mut self.turns, &mut self.idle, plan));
            let experiments = pin!(async {
                tools.milestones.logged_in().await;
                // Data in the clear has no session to resume.
                let evidence = tools.recorder.evidence();
                let experiment = experiment.filter(|_| Facts::of(&evidence).usual_protection() == Protection::Private);
                beside.logged_in_under(tools.settings.data);
                turns::run(tools, &mut beside, &mut None, experiment.into_iter().collect()).await;
            });
            match select(turns, experiments).await {
                Either::Left((_, experiments)) if tools.milestones.is_logged_in() => experiments.await,
                Either::Left(_) => {}
                Either::Right((_, turns)) => turns.await,
            }
        };
        watching(self.watch.as_ref(), &self.kit.recorder, work).await;
    }

    /// Whether plain and TLS are to be compared.
    pub fn compares(&self) -> bool {
        self.kit.settings.tls == Wanted::Both
    }

    /// What follows goes under TLS.
    pub fn begin_anew_under_tls(&mut self) {
        self.turns.begin_anew_under(self.kit.settings.data);
    }

    /// Makes these probes, side by side; data connections as [`Engine::turns`] does.
    pub async fn run(&mut self, wanted: Vec<Probe>) {
        self.turns.side_by_side = false;
        let tools = self.kit.tools();
        let data = wanted.iter().filter_map(|probe| match probe {
            Probe::Data(attempt) => Some(*attempt),
            Probe::Helper | Probe::PortMapping => None,
        });
        let no_small = net::why_no_small_segments();
        let (data, impossible): (Vec<Attempt>, Vec<Attempt>) =
            data.partition(|attempt| no_small.is_none() || attempt.load.segment().is_none());
        impossible.into_iter().for_each(|attempt| tools.recorder.not_tried(attempt, no_small.unwrap_or_default()));
        let (data, experiments): (Vec<Attempt>, Vec<Attempt>) =
            data.into_iter().partition(|attempt| attempt.protection.is_usual());
        let (kept_to_12, alone): (Vec<Attempt>, Vec<Attempt>) =
            experiments.into_iter().partition(|attempt| attempt.protection == Protection::Tls12);
        // Each on a control connection of its own: what goes wrong may end it, and TLS 1.2 is the whole session's.
        let mut beside = [self.turns.beside(), self.turns.beside()];
        let experiments = async {
            let [one, other] = &mut beside;
            let run = async |standing, attempts: Vec<Attempt>| {
                if !attempts.is_empty() {
                    turns::run(tools, standing, &mut None, attempts).await;
                }
            };
            tokio::join!(run(one, alone), run(other, kept_to_12));
        };
        let turns = async {
            if !data.is_empty() {
                turns::run(tools, &mut self.turns, &mut self.idle, data).await;
            }
        };
        let helper = async {
            if wanted.contains(&Probe::Helper) {
                probes::helper::look(tools).await;
            }
        };
        let work = async {
            tokio::join!(turns, experiments, helper);
        };
        watching(self.watch.as_ref(), &self.kit.recorder, work).await;
        let evidence = self.kit.recorder.evidence();
        let facts = Facts::of(&evidence);
        if wanted.contains(&Probe::Helper) && facts.helper_probe_lost() && facts.shut_out().is_none() {
            // The server may take no more connections at one time than stood then.
            probes::helper::look(tools).await;
        }
        if wanted.contains(&Probe::PortMapping) {
            let work = probes::port_mapping::try_active(tools, &mut self.turns, &mut self.idle);
            watching(self.watch.as_ref(), &self.kit.recorder, work).await;
        }
    }

    /// Asks once more for the size of a file that did not come whole.
    pub async fn measure_again(&mut self) {
        if let Some(session) = self.idle.as_mut() {
            probes::size::ask(self.kit.tools(), session).await;
        }
    }

    /// Uploads a file and deletes it, where that was asked for and a mode works.
    pub async fn upload(&mut self) {
        let tools = self.kit.tools();
        match self.idle.as_mut().filter(|_| self.kit.settings.upload) {
            Some(session) => probes::upload::write(tools, session).await,
            None if self.kit.settings.upload => {
                let attempt = Attempt { load: Load::Upload, ..Attempt::usual(DataVerb::Pasv) };
                self.kit.recorder.not_tried(attempt, "no control connection was left for the upload");
            }
            None => {}
        }
    }

    /// Keeps the control connection quiet, where that was asked for, and sees whether it survives.
    pub async fn stay_quiet(&mut self) {
        let tools = self.kit.tools();
        if let (Some(session), Some(quiet)) = (self.idle.as_mut(), self.kit.settings.idle) {
            probes::quiet::stay(tools, session, quiet).await;
        }
    }

    /// Has the router close the ports that it opened for a check which was ended meanwhile, within a bounded time.
    pub async fn close_ports(&mut self) {
        probes::port_mapping::take_away_at_the_end(self.kit.tools(), &mut self.turns).await;
    }

    /// What was seen so far.
    pub fn evidence(&self) -> Evidence {
        self.kit.recorder.evidence()
    }

    /// Ends the check: QUIT on every control connection, and what was seen. `cut_short` tells why it ended early.
    pub fn finish(mut self, cut_short: Option<crate::evidence::CutShort>) -> Evidence {
        self.idle = None;
        self.late.collect(&self.kit.recorder);
        self.kit.recorder.finish(cut_short)
    }
}

/// How often the counters are read where no packets can be watched.
const BETWEEN_COUNTS: Duration = Duration::from_millis(25);

/// Does the work, and puts on record the packets that are seen meanwhile, or what the counters tell of them.
async fn watching(watch: Option<&net::Watch>, recorder: &Recorder, work: impl Future<Output = ()>) {
    let Some(watch) = watch else {
        tokio::select! {
            () = work => {}
            () = count(recorder) => {}
        }
        return;
    };
    let look = async {
        while let Ok(packet) = watch.next().await {
            recorder.packet(packet);
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        // A packet that something follows from is written down before it.
        biased;
        () = look => {}
        () = work => {}
    }
    while let Some(packet) = watch.waiting() {
        recorder.packet(packet);
    }
}

/// Puts on record when packets come that nobody in this computer is given, and never ends.
async fn count(recorder: &Recorder) {
    let peer = recorder.first_peer().map(|peer| peer.ip().to_canonical());
    let read = || net::received(peer?);
    let mut last = read();
    while let Some(then) = last {
        tokio::time::sleep(BETWEEN_COUNTS).await;
        last = read();
        if let Some((count @ 1.., bytes)) = last.map(|now| now.undelivered_since(then)) {
            recorder.undelivered(count, bytes);
        }
    }
    std::future::pending().await
}
