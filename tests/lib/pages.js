// Opens pages in headless Chromium and tells what it finds there, as JSON.
//
//   node pages.js PLAYWRIGHT AXE < TASKS
//
// PLAYWRIGHT is the directory of playwright-core, AXE the file axe.min.js. A task is a file, the views in
// which to open it (light, dark, phone, print), and what to do: `axe` looks for barriers, `tables` reads
// all cells, `shots` is where pictures go (NAME-VIEW.png, NAME.pdf).
"use strict";

const [playwright, axeFile] = process.argv.slice(2);
const { chromium } = require(playwright);
const fs = require("fs");
const path = require("path");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"];
const VIEWS = {
    light: { viewport: { width: 1280, height: 900 }, colorScheme: "light" },
    dark: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
    phone: { viewport: { width: 390, height: 844 }, colorScheme: "light", deviceScaleFactor: 2, isMobile: true, hasTouch: true },
    print: { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
};

// Runs inside the page, through the protocol: the page's own policy forbids scripts.
function readPage(wantTables) {
    const luminance = (color) => {
        const [r, g, b] = color.match(/[\d.]+/g).slice(0, 3).map(Number).map((v) => v / 255)
            .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    // Colours of variables, as the browser understands them.
    const probe = document.createElement("span");
    document.body.append(probe);
    const color = (name) => {
        probe.style.color = `var(--${name})`;
        return getComputedStyle(probe).color;
    };
    const contrast = (one, other) => {
        const [a, b] = [luminance(color(one)), luminance(color(other))].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    };
    const pairs = [["ink", "page"], ["muted", "page"], ["muted", "soft"], ["ink", "soft"], ["ink", "bar"], ["ink", "below"],
        ["link", "page"], ...["good", "warning", "bad", "info", "neutral"].map((n) => [n, `${n}-back`]),
        ...[0, 1, 2, 3, 4, 5, 6, 7].map((n) => [`c${n}`, "page"])];
    const contrasts = Object.fromEntries(pairs.map(([a, b]) => [`${a} on ${b}`, contrast(a, b)]));
    const colors = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => color(`c${n}`).match(/[\d.]+/g).slice(0, 3).map(Number));
    probe.remove();
    const tables = wantTables && [...document.querySelectorAll("section")].map((section) => ({
        id: section.id,
        head: [...section.querySelectorAll("thead th")].map((th) => th.firstChild.textContent),
        rows: [...section.querySelectorAll("tbody tr")].map((tr) => [...tr.cells].map((td) => td.textContent)),
        foot: [...section.querySelectorAll("tfoot tr")].map((tr) => [...tr.cells].map((td) => td.textContent)),
        text: [...section.querySelectorAll("h2, p, caption")].map((e) => e.textContent),
    }));
    return {
        tables,
        contrasts,
        colors,
        title: document.title,
        lang: document.documentElement.lang,
        mode: document.compatMode,
        scripts: document.querySelectorAll("script, iframe, object, embed, link, base, form, [onload], [onerror], [onclick]").length,
        width: [document.documentElement.scrollWidth, window.innerWidth],
        figures: [...document.querySelectorAll(".figures dd")].map((e) => e.textContent),
        facts: [...document.querySelectorAll(".facts dd")].map((e) => e.textContent),
        charts: [...document.querySelectorAll("svg")].filter((e) => e.getClientRects().length)
            .map((e) => ({ name: e.querySelector("title").textContent, height: e.getBoundingClientRect().height })),
        links: [...document.querySelectorAll("a")].map((a) => ({
            href: a.getAttribute("href"),
            url: a.href,
            there: !a.hash || Boolean(document.getElementById(a.hash.slice(1))),
        })),
    };
}

async function look(browser, task, view) {
    const found = { view, console: [], requests: [] };
    const context = await browser.newContext(VIEWS[view]);
    const page = await context.newPage();
    page.on("console", (message) => found.console.push(message.text()));
    page.on("pageerror", (error) => found.console.push(String(error)));
    page.on("request", (request) => found.requests.push(request.url()));
    await page.goto(`file://${task.file}`);
    Object.assign(found, await page.evaluate(readPage, Boolean(task.tables) && view === "light"));
    if (task.axe && view !== "print") {
        await page.evaluate(axe);
        const result = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
        found.axe = result.violations.map((v) => ({
            id: v.id, nodes: v.nodes.slice(0, 5).map((n) => `${n.html.slice(0, 200)}: ${n.failureSummary}`),
        }));
        found.rules = result.passes.length;
    }
    if (task.shots && view === "print")
        await page.pdf({ path: path.join(task.shots, `${task.name}.pdf`), format: "A4", preferCSSPageSize: false });
    else if (task.shots)
        await page.screenshot({ path: path.join(task.shots, `${task.name}-${view}.png`), fullPage: true });
    await context.close();
    return found;
}

const axe = fs.readFileSync(axeFile, "utf8");

(async () => {
    const tasks = JSON.parse(fs.readFileSync(0, "utf8"));
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
    const results = [];
    for (const task of tasks) {
        const views = [];
        for (const view of task.views)
            views.push(await look(browser, task, view));
        results.push(views);
    }
    await browser.close();
    process.stdout.write(JSON.stringify(results));
})().catch((error) => {
    console.error(error);
    process.exit(1);
});
