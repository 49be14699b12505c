// Runs axe-core on every screen and state of the page, in each theme, wide and on a phone, against
// the pretended station. {address, only: names of states, for work on them}, or
// {address, half: 0 or 1}; answers what it found: [] when the page is clean.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { FILE } from "./openair.mjs";
import { check, launch, openPage, scenario } from "./lib.mjs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const THEMES = ["dark", "night", "daylight"];
const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const PASSWORD = "kestrel"; // of the pretended station

const dev = (o, act) => fetch(`${o.address}/dev/${act}`, { method: "POST" });

async function signedIn(browser, o, user) {
  const { page, context } = await openPage(browser);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${o.address}/`);
  await page.getByLabel("Username").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  return { page, context };
}

// Themes differ in colours alone, so in all but the first only rules about colours are looked at.
const EVERY_RULE = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
const OF_COLOURS = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

/** axe in each theme and size on what the page shows now; the violations, named. */
async function look(page, name, found) {
  let looked = 0;
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const theme of THEMES) {
      await page.evaluate((t) => { document.documentElement.dataset.theme = t; }, theme);
      await page.waitForTimeout(120); // colours change in steps without reduced motion only; layout settles
      if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
      const rules = theme === THEMES[0] ? EVERY_RULE : OF_COLOURS;
      const { violations, passes } = await page.evaluate((runOnly) => window.axe.run(document, {
        runOnly, resultTypes: ["violations"],
      }), rules);
      check(passes.length > (rules === EVERY_RULE ? 5 : 0), `axe did not look at ${name}`);
      looked += 1;
      for (const violation of violations)
        for (const node of violation.nodes)
          found.push(`${name}, ${size}, ${theme}: ${violation.id}: ${node.html.slice(0, 160)} ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? ""}`);
      if (size === "phone" && await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
        found.push(`${name}, ${theme}: the page scrolls sideways`);
    }
  }
  await page.setViewportSize(SIZES.desk);
  return looked;
}

async function go(page, hash) {
  await page.evaluate((h) => { location.hash = h; }, hash);
  await page.waitForTimeout(700);
}

const press = (name) => async (page) => {
  await page.getByRole("button", { name, exact: true }).first().click();
  await page.waitForTimeout(250);
};

const DRONE = "#vehicle/01990000-0000-7000-8000-0000000000d1";

const pick = (acts) => async (page) => {
  for (const name of acts) await press(name)(page);
  await page.waitForTimeout(600); // the station checks it
};

async function pressMap(page, x = 0.6, y = 0.3) {
  const box = await page.locator(".map-pane").boundingBox();
  await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
  await page.waitForTimeout(900);
}

/** A plan of three points. */
async function planned(page) {
  await press("Plan a flight")(page);
  const box = await page.locator(".map-pane").boundingBox();
  for (const [x, y] of [[0.4, 0.4], [0.55, 0.45], [0.7, 0.7]]) {
    await page.mouse.click(box.x + box.width * x, box.y + box.height * y);
    await page.waitForTimeout(200);
  }
  await page.waitForTimeout(1200); // the station judges it
}

async function pickZone(page) {
  await page.keyboard.press("l");
  await page.getByRole("option", { name: /London Heliport/ }).first().click();
  await page.waitForTimeout(900);
}

/** A file with three refusals and no dates, imported; then what to do on its page. */
const imported = (...acts) => async (page) => {
  await page.getByLabel("File of zones or NOTAMs").setInputFiles({ name: "works.txt", mimeType: "text/plain", buffer: Buffer.from(FILE) });
  await page.getByText("3 features were refused.").waitFor();
  for (const name of acts) await press(name)(page);
};

/** Its dialog is code of its own, loaded when it is first asked for. */
const dialog = (name, then) => async (page) => {
  await press(name)(page);
  await page.getByRole("dialog").waitFor();
  await then?.(page.getByRole("dialog"));
  await page.waitForTimeout(300);
};

async function requestDialog(page) {
  await pressMap(page, 0.62, 0.62); // in the heliport's zone
  await page.getByRole("complementary", { name: "Details" }).getByText("Permission needed").first().waitFor();
  await dialog("Ask for this permission")(page);
}

/** The permission dialog, from a request that was granted. */
async function granted(page) {
  await page.getByRole("button", { name: /Made-up prohibited place/ }).click();
  await press("Granted: record it")(page);
  await page.getByRole("heading", { name: "Record a permission" }).waitFor();
}

async function volumes(page) {
  await planned(page);
  await dialog("SORA volumes", async (asked) => {
    await asked.getByLabel("Title of the operation").fill("Roof survey");
    await asked.getByLabel("Greatest dimension, m").fill("0.8");
    await asked.getByLabel("Greatest speed, m/s").fill("15");
  })(page);
}

async function drawnVolumes(page) {
  await volumes(page);
  await press("Draw them on the map")(page);
  await page.getByText("Ground risk buffer", { exact: true }).waitFor();
}

// [user, name, hash, dev act before, what to do then]
const STATES = [
  ["operator", "wall asks for a purpose", "#/wall"],
  ["operator", "not allowed", "#/people"],
  ["operator", "more", "#/more"],
  ["operator", "map", "#/map"],
  ["operator", "map with list", "#/map", "", (page) => page.keyboard.press("l")],
  ["operator", "keys", "#/account", "", (page) => page.keyboard.press("?")],
  ["pilot", "map with a drone", "#/map"],
  ["pilot", "home of a pilot", "#/home"],
  ["pilot", "a drone", DRONE],
  ["pilot", "a drone under one's control", DRONE, "", pick(["Take control", "Hold position"])],
  ["pilot", "picking a place", DRONE, "", pick(["Fly to a place"])],
  ["pilot", "fly here", DRONE, "", async (page) => { await press("Fly to a place")(page); await pressMap(page); }],
  ["pilot", "a drone that refuses", DRONE, "drone-refuses", pick(["Land"])],
  ["pilot", "somebody else's drone", DRONE, "drone-other", pick(["Take over"])],
  ["pilot", "a drone on the ground", DRONE, "drone-down", pick(["Take control"])],
  ["pilot", "a lost drone", DRONE, "drone-lost"],
  ["pilot", "a drone in a zone", DRONE, "drone-inside"],
  ["pilot", "no drone", DRONE, "no-drone"],
  ["pilot", "what may I do here", "#/map", "", pressMap],
  ["pilot", "what may I do here, with a drone", DRONE, "", pressMap],
  ["officer", "what may I do here, for an officer", "#/map", "", pressMap],
  ["pilot", "a zone", "#/map", "", pickZone],
  ["pilot", "zones by height and time", "#/map", "", press("Height, time, kinds")],
  ["pilot", "a plan without a point", "#/map", "", press("Plan a flight")],
  ["pilot", "a plan", "#/map", "", planned],
  ["pilot", "a plan that cannot be judged", "#/map", "verdicts-fail", planned],
  ["pilot", "airspace data out of date", "#/map", "zones-old", pressMap],
  ["pilot", "airspace data with gaps", "#/map", "zones-gaps", pressMap],
  ["pilot", "no zones", "#/map", "no-zones", pressMap],
  ["officer", "a drone for an officer", DRONE],
  ["pilot", "another organisation's drone", DRONE, "drone-shared"],
  ["supervisor", "airspace data", "#/airspace"],
  ["supervisor", "no airspace data", "#/airspace", "papers-empty"],
  ["supervisor", "a dataset with refusals", "#/airspace", "", imported()],
  ["supervisor", "a dataset is dated", "#/airspace", "", imported("Say when it holds")],
  ["supervisor", "a dataset is used", "#/airspace", "", imported("Use this dataset")],
  ["supervisor", "drawn zones", "#/airspace/drawn"],
  ["supervisor", "no drawn zones", "#/airspace/drawn", "papers-empty"],
  ["supervisor", "a circle is drawn", "#/airspace/drawn", "", dialog("Draw a zone")],
  ["supervisor", "an outline is drawn", "#/airspace/drawn", "", dialog("Draw a zone", (asked) => asked.getByText("Outline", { exact: true }).click())],
  ["supervisor", "permissions", "#/papers"],
  ["supervisor", "no permissions", "#/papers", "papers-empty"],
  ["supervisor", "requests", "#/papers/requests"],
  ["supervisor", "the operator", "#/papers/operator"],
  ["supervisor", "a permission by telephone", "#/papers", "", dialog("Record a permission")],
  ["supervisor", "a permission on paper", "#/papers", "", dialog("Record a permission", (asked) => asked.getByText("Paper", { exact: true }).click())],
  ["supervisor", "the letter of a request", "#/papers/requests", "", (page) => page.getByRole("button", { name: /Made-up prohibited place/ }).click()],
  ["supervisor", "a request that was granted", "#/papers/requests", "", granted],
  ["supervisor", "a permission is asked for", "#/map", "", requestDialog],
  ["supervisor", "a plan of a supervisor", "#/map", "", planned],
  ["supervisor", "SORA volumes are asked for", "#/map", "", volumes],
  ["supervisor", "SORA volumes", "#/map", "", drawnVolumes],
  ["supervisor", "home", "#/home"],
  ["supervisor", "alerts", "#/alerts"],
  ["supervisor", "an alert", "#/alerts/w2"],
  ["supervisor", "camera asks for a purpose", "#source/01990000-0000-7000-8000-000000000001"],
  ["admin", "home of an admin", "#/home"],
  ["admin", "sources", "#/sources"],
  ["admin", "people", "#/people"],
  ["admin", "a person", "#/people/p2"],
  ["admin", "roles", "#/roles"],
  ["admin", "agents", "#/agents"],
  ["admin", "an agent", "#/agents/a3"],
  ["admin", "system", "#/system"],
  ["admin", "account", "#/account"],
  ["admin", "menu", "#/people", "", press(/menu/)],
  ["admin", "add a person", "#/people", "", press("Add a person")],
  ["admin", "invite an agent", "#/agents", "", press("Invite an agent")],
  ["admin", "add a passkey", "#/account", "", press("Add a passkey")],
  ["admin", "no people", "#/people", "empty"],
  ["admin", "no agents", "#/agents", "empty"],
  ["admin", "people cannot be read", "#/people", "broken"],
  ["admin", "account cannot be read", "#/account", "broken"],
  ["auditor", "audit", "#/audit"],
  ["auditor", "a record", "#/audit", "", press("399")],
  ["auditor", "no records", "#/audit", "empty"],
  ["dpo", "home of a data protection officer", "#/home"],
  ["dpo", "sharing", "#/sharing"],
  ["dpo", "make an agreement", "#/sharing", "", press("Make an agreement")],
  ["dpo", "nothing shared", "#/sharing", "empty"],
  ["dpo", "retention", "#/retention"],
];

const MEND = ["full", "mended", "drone-obeys", "drone-free", "drone-up", "drone-back", "drone-clear", "a-drone", "zones", "drone-ours", "papers-full"];

/** Without an account, and where something must be set up first. */
async function doors(browser, o, found) {
  let looked = 0;
  const { page, context } = await openPage(browser);
  await page.goto(`${o.address}/`);
  await page.getByLabel("Username").waitFor();
  looked += await look(page, "sign-in", found);
  await context.close();
  for (const [user, ready] of [["coded", "Code"], ["newcomer", "Your new password"], ["fresh", "Your password again"]]) {
    const door = await signedIn(browser, o, user);
    await door.page.getByLabel(ready).waitFor();
    looked += await look(door.page, user, found);
    if (user === "fresh") {
      await door.page.getByLabel(ready).fill(PASSWORD);
      await door.page.getByRole("button", { name: "Show the picture to scan" }).click();
      await door.page.getByLabel("Code from the app").fill("123456");
      looked += await look(door.page, "the picture to scan", found);
      await door.page.getByRole("button", { name: "Confirm" }).click();
      await door.page.getByText("I have kept them").waitFor();
      looked += await look(door.page, "recovery codes", found);
    }
    await door.context.close();
  }
  return looked;
}

/** All states, those named, or the first or second half. The cut is where another person begins,
 * since a state may need what the same person did in one before it (took control of a drone). */
function wanted({ only, half }) {
  if (only) return STATES.filter(([, name]) => only.includes(name));
  if (half === undefined) return STATES;
  const cut = STATES.findIndex(([user]) => user === "supervisor");
  return half === 0 ? STATES.slice(0, cut) : STATES.slice(cut);
}

await scenario(async (o) => {
  const browser = await launch();
  const found = [];
  try {
    let looked = o.only || o.half === 1 ? 0 : await doors(browser, o, found);
    let door = null;
    let who = "";
    for (const [user, name, hash, act, then] of wanted(o)) {
      if (user !== who || then) {
        await door?.context.close();
        door = await signedIn(browser, o, user);
        await door.page.getByRole("navigation", { name: "Views" }).waitFor();
        who = then ? "" : user;
      }
      if (act) {
        await dev(o, act);
        await door.page.reload();
        await door.page.getByRole("navigation", { name: "Views" }).waitFor();
      }
      await go(door.page, hash);
      await then?.(door.page);
      looked += await look(door.page, name, found);
      if (act) {
        for (const mend of MEND) await dev(o, mend);
        who = "";
      }
    }
    return { looked, found: [...new Set(found)] };
  } finally {
    await browser.close();
  }
});
