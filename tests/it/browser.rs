//! The page of `report` in a real browser: Chromium, driven by the WebDriver protocol (W3C). Where
//! there is no Chromium or chromedriver, the tests say so and end.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::common::program;
use crate::serve::Server;

/// A browser with one page; closed when it is dropped.
struct Browser {
    driver: Child,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one; `None` where there is none.
    fn start() -> Option<Browser> {
        let found = |name: &str| Command::new(name).arg("--version").output().is_ok_and(|o| o.status.success());
        if !found("chromedriver") || !found("chromium") {
            eprintln!("skipped: this needs chromium and chromedriver (Debian's packages chromium, chromium-driver)");
            return None;
        }
        let mut driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|l| l.split_once("successfully on port ").map(|(_, p)| p.trim_end_matches('.').trim().to_owned()))
            .expect("chromedriver tells its port");
        let profile = tempfile::tempdir().unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1200,900",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        } } });
        let base = format!("http://127.0.0.1:{port}/session");
        let made = post(&base, &wanted);
        let session = format!("{base}/{}", made["sessionId"].as_str().expect("a session"));
        Some(Browser { driver, session, _profile: profile })
    }

    fn open(&self, page: &Path) {
        self.visit(&format!("file://{}", page.display()));
    }

    fn visit(&self, address: &str) {
        self.ask("url", &json!({ "url": address }));
    }

    /// Waits until a script returns true.
    #[track_caller]
    fn wait(&self, script: &str) {
        let begun = std::time::Instant::now();
        while self.script(script) != true {
            assert!(begun.elapsed().as_secs() < 30, "never true: {script}: {}", self.text("body"));
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    fn ask(&self, what: &str, body: &Value) -> Value {
        post(&format!("{}/{what}", self.session), body)
    }

    fn script(&self, text: &str) -> Value {
        self.ask("execute/sync", &json!({ "script": text, "args": [] }))
    }

    fn text(&self, css: &str) -> String {
        self.script(&format!("return document.querySelector({css:?}).textContent")).as_str().unwrap().to_owned()
    }

    fn element(&self, css: &str) -> String {
        let found = self.ask("element", &json!({ "using": "css selector", "value": css }));
        found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned()
    }

    fn click(&self, css: &str) {
        let element = self.element(css);
        self.ask(&format!("element/{element}/click"), &json!({}));
    }

    fn keys(&self, css: &str, keys: &str) {
        let element = self.element(css);
        self.ask(&format!("element/{element}/value"), &json!({ "text": keys }));
    }

    fn size(&self, width: u32, height: u32) {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &metrics);
    }

    fn devtools(&self, command: &str, parameters: &Value) {
        self.ask("goog/cdp/execute", &json!({ "cmd": command, "params": parameters }));
    }

    /// What the browser complains of: errors of scripts, and what the content policy forbids.
    fn complaints(&self) -> Vec<String> {
        let log = self.ask("se/log", &json!({ "type": "browser" }));
        log.as_array().unwrap().iter().map(|l| l["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    fn screenshot(&self, name: &str) -> PathBuf {
        use base64::Engine as _;
        let mut answer = ureq::get(format!("{}/screenshot", self.session)).call().unwrap();
        let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        let picture = base64::engine::general_purpose::STANDARD.decode(answer["value"].as_str().unwrap()).unwrap();
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, picture).unwrap();
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = ureq::delete(self.session.as_str()).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn post(url: &str, body: &Value) -> Value {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut answer =
        agent.post(url).header("content-type", "application/json").send(body.to_string().as_bytes()).unwrap();
    let answer: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    assert!(answer["value"]["error"].is_null(), "{url}: {answer}");
    answer["value"].clone()
}

fn report(folder: &Path, model: &str, options: &[&str]) -> PathBuf {
    let page = folder.join("report.html");
    program().arg("report").arg(model).args(options).arg("-o").arg(&page).assert().success();
    page
}

#[test]
fn a_slider_is_exact() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let vary = "offers.coreweave-h100.capacity=8k..20k";
    let page = report(folder.path(), "models/quickstart.yaml", &["--curve", vary]);
    let curve =
        program().args(["curve", "models/quickstart.yaml", "--vary", vary, "--format", "json"]).output().unwrap();
    let curve: Value = serde_json::from_slice(&curve.stdout).unwrap();
    assert_eq!(curve["exact"], true);
    let pieces = curve["pieces"].as_array().unwrap();
    browser.open(&page);
    assert_eq!(browser.script("return document.querySelectorAll('[data-curve]').length"), 1);
    // Home and End move a slider to its ends, arrows by steps: the reading follows.
    let cost = || browser.script("return Number(document.querySelector('.reading').dataset.cost)").as_f64().unwrap();
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} is not {b}");
    browser.keys("#slider-0", "\u{e011}");
    near(cost(), pieces[0]["cost_from"].as_f64().unwrap());
    browser.keys("#slider-0", "\u{e010}");
    near(cost(), pieces[pieces.len() - 1]["cost_to"].as_f64().unwrap());
    for part in [0.1, 0.37, 0.5, 0.83] {
        let x = 8000.0 + 12000.0 * part;
        browser.script(&format!(
            "const s = document.querySelector('#slider-0'); s.value = {x}; s.dispatchEvent(new Event('input'))"
        ));
        let piece = pieces.iter().find(|p| p["from"].as_f64().unwrap() <= x && x <= p["to"].as_f64().unwrap()).unwrap();
        let number = |key: &str| piece[key].as_f64().unwrap();
        let at = (x - number("from")) / (number("to") - number("from"));
        near(cost(), number("cost_from") + at * (number("cost_to") - number("cost_from")));
    }
    // The marker is on the line.
    let marker = browser.script("return document.querySelector('.marker').getAttribute('cx')");
    assert!(marker.as_str().unwrap().parse::<f64>().unwrap() >= 56.0, "{marker}");
    browser.screenshot("report-slider.png");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn a_page_is_read_at_every_width_and_in_the_dark() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = report(folder.path(), "models/inference-fleet.yaml", &[]);
    browser.open(&page);
    assert_eq!(browser.text("h1"), "Inference fleet on three continents");
    for (width, name) in [(1200, "report-desktop.png"), (390, "report-phone.png")] {
        browser.size(width, 900);
        // Nothing but what scrolls by itself is wider than the page.
        assert_eq!(
            browser.script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth"),
            true,
            "at {width}"
        );
        browser.screenshot(name);
    }
    // Every chart has a name and a sentence; every heading of a section can be reached.
    let unnamed =
        "return [...document.querySelectorAll('svg')].filter(s => !s.getAttribute('aria-labelledby').split(' ')
        .every(id => document.getElementById(id)?.textContent)).length";
    assert_eq!(browser.script(unnamed), 0);
    let broken = "return [...document.querySelectorAll('nav a')].filter(a => !document.querySelector(a.getAttribute('href'))).length";
    assert_eq!(browser.script(broken), 0);
    // A click opens what is folded.
    assert_eq!(browser.script("return document.querySelector('#inputs details').open"), false);
    browser.click("#inputs details summary");
    assert_eq!(browser.script("return document.querySelector('#inputs details').open"), true);
    let colour = || browser.script("return getComputedStyle(document.body).backgroundColor");
    assert_eq!(colour(), "rgb(255, 255, 255)");
    let dark = json!({ "features": [{ "name": "prefers-color-scheme", "value": "dark" }] });
    browser.devtools("Emulation.setEmulatedMedia", &dark);
    assert_eq!(colour(), "rgb(22, 22, 24)");
    browser.screenshot("report-dark.png");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// On a phone the pictures of the futures that are read from top to bottom need no scrolling, their letters are large
/// enough, and no line leaves the picture, however long its names are.
#[test]
fn a_tree_is_read_on_a_phone() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    let long = "blackwell-reserve-with-more-words-in-its-name-than-a-phone-has-room-for";
    std::fs::write(&model, crate::common::example("trainium-late").replace("blackwell-reserve", long)).unwrap();
    let page = report(folder.path(), model.to_str().unwrap(), &[]);
    browser.size(360, 800);
    browser.open(&page);
    assert_eq!(browser.script("return document.querySelectorAll('svg.narrow').length"), 2);
    let scrolled = "return [...document.querySelectorAll('svg.narrow')]
        .filter(s => s.parentElement.scrollWidth > s.parentElement.clientWidth).length";
    assert_eq!(browser.script(scrolled), 0);
    let letters = "return Math.min(...[...document.querySelectorAll('svg.narrow')].map(s => 12 * s.clientWidth / 360))";
    assert!(browser.script(letters).as_f64().unwrap() >= 10.0);
    let cut = "return [...document.querySelectorAll('svg.narrow text')]
        .filter(t => t.getBBox().x + t.getBBox().width > 360).map(t => t.textContent)";
    assert_eq!(browser.script(cut), json!([]));
    browser.screenshot("report-tree-phone.png");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// The same of the interval of a plan for drawn futures, in both orders of size that its rows have.
#[test]
fn an_interval_is_read_on_a_phone() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    for (samples, count) in [("3", "4"), ("12", "40")] {
        let options = ["--plain", "--samples", samples, "--replications", count];
        let page = report(folder.path(), "models/uncertain-demand.yaml", &options);
        for wide in [360, 1280] {
            browser.size(wide, 800);
            browser.open(&page);
            let chart = "document.getElementById('futures-interval-title').closest('svg')";
            assert_eq!(
                browser.script(&format!("return {chart}.querySelectorAll('circle.ring').length.toString()")),
                count
            );
            let fits = format!(
                "const e = {chart}.parentElement; return e.scrollWidth <= e.clientWidth
                && e.getBoundingClientRect().right <= innerWidth"
            );
            assert_eq!(browser.script(&fits), true, "{wide}");
            let page_fits = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
            assert_eq!(browser.script(page_fits), true, "{wide}");
            let letters = format!("return 12 * {chart}.clientWidth / 360");
            assert!(browser.script(&letters).as_f64().unwrap() >= 10.0, "{wide}");
            // Nothing leaves the picture, and no two texts stand on one another.
            let cut = format!("const all = [...{chart}.querySelectorAll('text')].map(t => [t.textContent, t.getBBox()]);
                return all.filter(([_, a]) => a.x < 0 || a.x + a.width > 360).map(t => t[0]).concat(
                    all.filter(([t, a], i) => all.some(([u, b], j) => i < j && a.x < b.x + b.width && b.x < a.x + a.width
                        && a.y < b.y + b.height && b.y < a.y + a.height)).map(t => t[0]))");
            assert_eq!(browser.script(&cut), json!([]), "{wide}");
            browser.script(&format!("{chart}.scrollIntoView(); return 0"));
            browser.screenshot(&format!("report-interval-{count}-{wide}.png"));
        }
    }
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// The pages of models of every kind: one period and many, contracts and credits, chips bought, several futures.
#[test]
fn a_page_is_for_a_board() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let none = json!([]);
    let models = ["quickstart", "inference-fleet", "startup-credits", "own-or-rent", "trainium-late"];
    // Few draws: of a large model curves are drawn only if they are asked for.
    let drawn = ["--samples", "8", "--replications", "5"];
    let pages = models.into_iter().map(|model| (model, &[][..])).chain([("uncertain-demand", &drawn[..])]);
    for (model, options) in pages {
        let page = report(folder.path(), &format!("models/{model}.yaml"), options);
        browser.size(1280, 900);
        browser.open(&page);
        // Three numbers, then the decision, then why, then the evidence.
        let order = "return [...document.querySelectorAll('.key, section')].map(e => e.id || 'key')";
        let order: Vec<String> = serde_json::from_value(browser.script(order)).unwrap();
        assert_eq!(order[..2], ["key", "decision"], "{model}");
        let place = |id: &str| order.iter().position(|o| o == id).unwrap_or_else(|| panic!("{model}: no {id}"));
        assert!(place("cost") < place("curves") && place("curves") < place("certificate"), "{model}: {order:?}");
        assert_eq!(order.last().unwrap(), "inputs");
        let first = "return document.querySelector('#curves svg title').id";
        assert_eq!(browser.script(first), "tornado-title", "{model}: the tornado comes before curves");
        // No chart without marks, none without a finding, and nothing in prose that only the model file can explain.
        let empty = "return [...document.querySelectorAll('svg.chart')].filter(s =>
            ![...s.querySelectorAll('rect, path, polyline, circle')].some(m => m.getBBox().width + m.getBBox().height > 1))
            .map(s => s.querySelector('title').id)";
        assert_eq!(browser.script(empty), none, "{model}: empty charts");
        let prose = "return [...document.querySelectorAll('p, li, figcaption')].map(e => e.textContent)
            .filter(t => t.includes('(line ') || /offers\\{|workloads\\{/.test(t))";
        assert_eq!(browser.script(prose), none, "{model}: selectors or lines in prose");
        // Long tables are folded, and no column or letter is out of sight on a phone.
        let long = "return [...document.querySelectorAll('table')]
            .filter(t => t.tBodies[0].rows.length > 13 && !t.closest('details')).length";
        assert_eq!(browser.script(long), 0, "{model}: long tables");
        let wide = "return document.documentElement.scrollWidth <= document.documentElement.clientWidth";
        let cut = "return [...document.querySelectorAll('svg.chart text')].filter(t => {
            const all = t.ownerSVGElement.viewBox.baseVal, own = t.getBBox();
            return own.x < -1 || own.x + own.width > all.width + 1 || own.y + own.height > all.height + 1;
        }).map(t => t.ownerSVGElement.querySelector('title').id + ': ' + t.textContent)";
        assert_eq!(browser.script(wide), true, "{model} at 1280");
        assert_eq!(browser.script(cut), none, "{model}: letters that are cut");
        one_colour_for_one_thing(&browser, model);
        for theme in ["light", "dark"] {
            scheme(&browser, "screen", theme);
            contrasts(&browser, &format!("{model}, {theme}"));
        }
        browser.size(390, 900);
        let hidden = "document.querySelectorAll('details').forEach(d => d.open = true);
            return [...document.querySelectorAll('.scroll, svg.chart')].filter(e =>
                e.scrollWidth > e.clientWidth + 1 || e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.getAttribute('aria-label') || e.querySelector('title').id)";
        assert_eq!(browser.script(hidden), none, "{model}: out of sight at 390");
        assert_eq!(browser.script(wide), true, "{model} at 390");
        let small = "return Math.min(...[...document.querySelectorAll('svg.chart')]
            .map(s => 12 * s.getBoundingClientRect().width / s.viewBox.baseVal.width))";
        assert!(browser.script(small).as_f64().unwrap() >= 10.0, "{model}: small letters on a phone");
        browser.screenshot(&format!("report-{model}-phone.png"));
        // Printed, from a dark screen too: black on white, and everything open.
        browser.size(1280, 900);
        browser.open(&page);
        scheme(&browser, "print", "dark");
        let body = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]";
        assert_eq!(browser.script(body), json!(["rgb(0, 0, 0)", "rgb(255, 255, 255)"]), "{model}");
        let folded = "return [...document.querySelectorAll('details')]
            .filter(d => !d.open && d.lastElementChild.getBoundingClientRect().height === 0).length";
        assert_eq!(browser.script(folded), 0, "{model}: folded on paper");
        scheme(&browser, "screen", "light");
        assert_eq!(browser.complaints(), Vec::<String>::new());
    }
}

fn scheme(browser: &Browser, media: &str, theme: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": theme }]);
    browser.devtools("Emulation.setEmulatedMedia", &json!({ "media": media, "features": features }));
}

/// A vendor or cloud has the same colour in every chart in which it has one.
fn one_colour_for_one_thing(browser: &Browser, model: &str) {
    let colours = "const found = {};
        for (const r of document.querySelectorAll('svg.chart rect')) {
            const name = r.querySelector('title')?.textContent.split(/[,:]/)[0].replace(/^(vendor|cloud) /, '');
            const mark = [...r.classList].find(c => /^s[0-9]$/.test(c));
            const chart = r.ownerSVGElement.querySelector('title').id;
            if (name && mark && /exposure|resilience|spend|flows/.test(chart)) (found[name] ??= new Set()).add(mark);
        }
        return Object.entries(found).filter(e => e[1].size > 1).map(e => e[0])";
    assert_eq!(browser.script(colours), json!([]), "{model}: names with two colours");
}

/// Text that can be read: 4.5 to 1 at least (WCAG 2.2, level AA).
fn contrasts(browser: &Browser, what: &str) {
    let faint = "const numbers = c => (c.match(/[0-9.]+/g) || []).map(Number);
        const light = c => { const [r, g, b] = numbers(c).map(v => { v /= 255;
            return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
        const behind = e => { for (; e; e = e.parentElement) {
            const c = getComputedStyle(e).backgroundColor;
            if (numbers(c).length === 3 || numbers(c)[3] > 0) return c; } return 'rgb(255, 255, 255)'; };
        const told = new Set();
        for (const e of document.querySelectorAll('h1, h2, h3, p, li, a, dt, dd, th, td, summary, figcaption, strong, text')) {
            if (!e.textContent.trim()) continue;
            const style = getComputedStyle(e);
            const own = light(e.tagName === 'text' ? style.fill : style.color), back = light(behind(e));
            const ratio = (Math.max(own, back) + 0.05) / (Math.min(own, back) + 0.05);
            if (ratio < 4.5) told.add(e.tagName + '.' + e.getAttribute('class') + ' ' + ratio.toFixed(2));
        }
        return [...told]";
    assert_eq!(browser.script(faint), json!([]), "{what}: text that is too faint");
}

/// The page of `serve`: a slider is moved, the answer is pinned, compared, saved, and there again after a reload.
#[test]
fn a_meeting_moves_sliders() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, crate::common::example("inference-fleet")).unwrap();
    let server = Server::start(&model, &[]);
    browser.size(1280, 900);
    browser.visit(&server.address());
    let done = "return document.body.dataset.state === 'done'";
    browser.wait(done);
    let base = browser.text("#headline");
    // Arrows move a slider; the answer follows.
    let slider = ".control[data-path='offers{vendor: nvidia}.price'] input[type=range]";
    browser.keys(slider, "\u{e014}\u{e014}\u{e014}\u{e014}\u{e014}");
    browser.wait("return document.querySelector('#changes').textContent.includes('105 %')");
    browser.wait(done);
    let dear = browser.text("#headline");
    assert!(dear.contains("more than the base") && dear != base, "{dear}");
    // A field takes what the model file takes, and says what is wrong with it.
    let field = ".control[data-path='policy.limits.vendor-cap.share.at_most'] input[type=text]";
    browser.script("document.querySelectorAll('.group').forEach(g => g.open = true)");
    let write = |text: &str| {
        browser.script(&format!("const f = document.querySelector({field:?}); f.focus(); f.value = ''; return true"));
        browser.keys(field, &format!("{text}\u{e007}"));
    };
    write("4 USD");
    browser.wait("return [...document.querySelectorAll('.error')].some(e => e.textContent.includes('share'))");
    assert_eq!(
        browser.script(&format!("return document.querySelector({field:?}).getAttribute('aria-invalid')")),
        "true"
    );
    write("55 %");
    browser.wait("return document.querySelector('#changes').textContent.includes('55 %')");
    browser.wait(done);
    assert_eq!(browser.script("return [...document.querySelectorAll('.error')].filter(e => e.textContent).length"), 0);
    // Pinned, changed again, and side by side.
    browser.keys("#pin-name", "looser cap");
    browser.click("#pin button");
    browser.wait("return document.querySelectorAll('#variants tbody tr').length === 3");
    browser.click("#scenario-0");
    browser.wait("return document.querySelector('#changes').textContent.includes('spot-dries-up applies')");
    browser.wait(done);
    let rows = "return [...document.querySelectorAll('#variants tbody tr')].map(r => r.children[0].textContent + ' ' + r.children[1].textContent)";
    let rows: Vec<String> = serde_json::from_value(browser.script(rows)).unwrap();
    assert_eq!(rows.iter().map(|r| r.split(' ').next().unwrap()).collect::<Vec<_>>(), ["base", "now", "looser"]);
    let now = browser.text("#headline");
    assert!(now.contains(rows[1].strip_prefix("now ").unwrap()), "{now}: {rows:?}");
    // Saved beside the model.
    browser.click("#save button");
    browser.wait("return document.querySelector('#done').textContent.includes('what-if.yaml')");
    let saved = std::fs::read_to_string(folder.path().join("what-if.yaml")).unwrap();
    assert!(saved.contains("vendor-cap") && saved.contains("coreweave-h100-spot"), "{saved}");
    // The same after a reload: the answer, the fields, the pins.
    browser.ask("refresh", &json!({}));
    browser.wait(done);
    assert_eq!(browser.text("#headline"), now);
    assert_eq!(browser.script(&format!("return document.querySelector({field:?}).value")), "55 %");
    assert_eq!(browser.script("return document.querySelector('#scenario-0').checked"), true);
    assert_eq!(browser.script("return document.querySelectorAll('#variants tbody tr').length"), 3);
    // Back to the pin: its scenario is off again.
    browser.click("[data-restore='0']");
    browser.wait("return document.querySelector('#scenario-0').checked === false");
    browser.wait(done);
    assert_eq!(browser.text("#headline").split(' ').next(), rows[2].rsplit(' ').nth(1), "{rows:?}");
    readable(&browser);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// A model with futures: all of them at once with their tree, or one that is chosen.
#[test]
fn an_outcome_is_chosen() {
    let Some(browser) = Browser::start() else { return };
    let server = Server::start(&crate::common::at("models/trainium-late.yaml"), &["--read-only"]);
    browser.size(1280, 900);
    browser.visit(&server.address());
    browser.wait("return document.body.dataset.state === 'done'");
    assert_eq!(browser.script("return document.querySelectorAll('#plan svg.chart').length > 0"), true);
    // A change for all futures, and back.
    let prices = ".control[data-path='offers{vendor: nvidia}.price']";
    browser.keys(&format!("{prices} input[type=range]"), "\u{e014}");
    browser.wait("return document.querySelector('#changes').textContent.includes('101 %')");
    browser.wait("return document.body.dataset.state === 'done'");
    assert!(browser.text("#headline").contains("more than the base"), "{}", browser.text("#headline"));
    browser.click(&format!("{prices} .undo"));
    browser.wait("return document.querySelector('#changes').textContent.includes('None yet')");
    let choose = "const s = document.querySelector('#future'); s.value = 'named on-time';
        s.dispatchEvent(new Event('change', { bubbles: true })); return s.value";
    assert_eq!(browser.script(choose), "named on-time");
    browser.wait("return document.querySelector('#changes').textContent.includes('only the future on-time')");
    browser.wait("return document.body.dataset.state === 'done'");
    assert_eq!(browser.script("return document.querySelectorAll('#plan svg.chart').length"), 0);
    assert!(browser.text("#headline").contains("less than the base"), "{}", browser.text("#headline"));
    readable(&browser);
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// Every field has a name, every size and theme can be read, and nothing is wider than the page.
fn readable(browser: &Browser) {
    let unnamed = "return [...document.querySelectorAll('input, select, button')].filter(e =>
        !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim())).map(e => e.outerHTML)";
    assert_eq!(browser.script(unnamed), json!([]));
    browser.script("document.querySelectorAll('details').forEach(d => d.open = true)");
    for width in [1280, 390] {
        browser.size(width, 900);
        let wide = "return [...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll') &&
            e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && e.getBoundingClientRect().width > 1)
            .map(e => e.outerHTML.slice(0, 120))";
        assert_eq!(browser.script(wide), json!([]), "at {width}");
        for theme in ["light", "dark"] {
            scheme(browser, "screen", theme);
            contrasts(browser, &format!("what-if, {width}, {theme}"));
            browser.screenshot(&format!("serve-{width}-{theme}.png"));
        }
        scheme(browser, "screen", "light");
    }
}

/// A page of another origin knows the address and tries to change and to read.
#[test]
fn a_hostile_page_gets_nothing() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, crate::common::example("quickstart")).unwrap();
    let server = Server::start(&model, &[]);
    browser.visit(&server.address());
    browser.wait("return document.body.dataset.state === 'done'");
    let at = browser.script("return location.href").as_str().unwrap().to_owned();
    // A server of its own for the hostile page: another port is another origin.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let hostile = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            use std::io::{Read, Write};
            let _ = stream.read(&mut [0; 4096]);
            let page = "<!DOCTYPE html><title>hostile</title><p>hello</p>";
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{page}",
                page.len()
            );
        }
    });
    browser.visit(&hostile);
    let attack = r#"
        const at = arguments[0], ask = JSON.stringify({ do: 'set', path: 'offers.aws-trainium2.price', value: '9' });
        const tries = [
            () => fetch(at + 'do', { method: 'POST', headers: { 'content-type': 'application/json' }, body: ask }).then(r => r.text()),
            () => fetch(at + 'do', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: ask }).then(r => r.text()),
            () => fetch(at + 'do', { method: 'POST', mode: 'no-cors', body: ask }).then(r => { if (r.type !== 'opaque') throw 0; throw 'sent'; }),
            () => fetch(at + 'events').then(r => r.text()),
            () => fetch(at + 'plan.json').then(r => r.text()),
            () => new Promise((good, bad) => { const s = document.createElement('script'); s.src = at + '../page.js';
                s.onload = () => good('script'); s.onerror = bad; document.body.append(s); }),
            () => new Promise((good, bad) => { const e = new EventSource(at + 'events');
                e.onmessage = () => good('events'); e.onerror = () => { e.close(); bad(); }; }),
            () => new Promise((good, bad) => { const f = document.createElement('iframe'); f.src = at;
                f.onload = () => { try { f.contentDocument.body.textContent.includes('Quickstart') ? good('frame') : bad(); } catch { bad(); } };
                document.body.append(f); }),
        ];
        const got = [];
        for (const one of tries) { try { got.push(await one()); } catch {} }
        return got;
    "#;
    let script = format!(
        "const callback = arguments[arguments.length - 1]; (async () => {{ {attack} }}).call(null, {at:?}).then(callback)"
    );
    let script = script.replace("const at = arguments[0]", &format!("const at = {at:?}"));
    let got = browser.ask("execute/async", &json!({ "script": script, "args": [] }));
    assert_eq!(got, json!([]), "a page of another origin got something");
    // A form goes nowhere either.
    let form = r#"const f = document.createElement('form'), i = document.createElement('input');
        f.method = 'post'; f.enctype = 'text/plain'; f.action = AT + 'do';
        i.name = '{"do":"pin","name":"'; i.value = 'x"}'; f.append(i); document.body.append(f); f.submit()"#;
    browser.script(&form.replace("AT", &format!("{at:?}")));
    std::thread::sleep(std::time::Duration::from_millis(200));
    browser.visit(&at);
    browser.wait("return document.body.dataset.state === 'done'");
    assert!(browser.text("#changes").contains("None yet"), "{}", browser.text("#changes"));
    assert_eq!(browser.script("return document.querySelectorAll('#variants tbody tr').length"), 1);
}

#[test]
fn what_a_model_says_is_text() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("hostile.yaml");
    let text = r#"
polysource: 1
name: '</title></script><script>window.owned = 1</script><img src=x onerror="window.owned = 2">'
chips: { gpu: { vendor: nvidia, source: '<svg onload="window.owned = 3">' } }
clouds: { aws: {} }
offers: { a: { chip: gpu, cloud: aws, price: 1, capacity: 10, source: '"><script>window.owned = 4</script>' } }
workloads: { chat: { kind: inference, demand: 5 req/h, throughput: { gpu: 1 req/h } } }
"#;
    std::fs::write(&model, text).unwrap();
    let page = report(folder.path(), model.to_str().unwrap(), &[]);
    browser.open(&page);
    assert_eq!(browser.script("return window.owned === undefined"), true);
    assert!(browser.text("h1").starts_with("</title></script><script>window.owned = 1"), "{}", browser.text("h1"));
    assert_eq!(browser.script("return document.querySelectorAll('img').length"), 0);
    // Even a script that got in would not run: the policy names the only one by its hash.
    let smuggled = "const s = document.createElement('script'); s.textContent = 'window.owned = 5';
        document.body.append(s); return window.owned === undefined";
    assert_eq!(browser.script(smuggled), true);
}
