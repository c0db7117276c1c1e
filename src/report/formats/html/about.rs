//! What was checked, and what is known of the two ends and the way between them.

use super::markup::Markup;
use crate::report::Report;
use crate::report::answer::server_address;
use crate::report::model::Known;

pub fn section(page: &mut Markup, report: &Report) {
    super::section(page, "section", "The two ends", |page| {
        page.element("dl", |list| {
            for (name, value) in known(report) {
                list.line("dt", name);
                list.line("dd", &value);
            }
        });
    });
}

fn known(report: &Report) -> Vec<(&'static str, String)> {
    let control = &report.control;
    let path = &report.path;
    let mut all = vec![("Checked", report.target.input.clone())];
    all.extend(server_address(report).map(|address| ("Server's address", address)));
    all.extend(control.banner.clone().map(|banner| ("Greeting", banner)));
    all.extend(control.certificate.as_ref().map(|certificate| {
        let issuer = &certificate.issuer;
        ("Certificate", format!("{}, issued by {issuer}, valid until {}", certificate.subject, certificate.not_after))
    }));
    all.extend(control.local_address.clone().map(|address| ("Client's address", address)));
    all.extend(control.seen_by_server.clone().map(|address| ("Client as the server sees it", address)));
    all.push(("NAT before the client", answer(path.client_nat).to_owned()));
    all.push(("NAT before the server", answer(path.server_nat).to_owned()));
    all.push(("FTP helper (ALG) on the way", answer(path.helper).to_owned()));
    if !path.hops.is_empty() {
        let hops: Vec<String> = path.hops.iter().map(|hop| format!("{}: {}", hop.ttl, hop.address)).collect();
        all.push(("Routers, by hop", hops.join(", ")));
    }
    all.extend(path.control_distance.map(|hops| {
        let exact = path.control_distance_exact != Some(false);
        ("The server is hop", if exact { hops.to_string() } else { format!("{hops} or nearer") })
    }));
    all
}

fn answer(known: Known) -> &'static str {
    match known {
        Known::Yes => "yes",
        Known::No => "no",
        Known::Unknown => "not known",
    }
}
