// A pilot's flight from beginning to end: take control, take off, fly towards a zone by a click on the
// map, read the alert, send the drone home and see it land.
import { check, launch, openPage, sayPurpose, scenario, signIn, until } from "./lib.mjs";

/** The one vehicle, as the station has it. */
const vehicle = (page) => page.evaluate(async () => (await (await fetch("/api/vehicles")).json())[0] ?? null);

/** Metres of ground that one CSS pixel of the map shows, by the map's own scale. */
async function metresPerPixel(page) {
  const bar = page.locator(".maplibregl-ctrl-scale").first();
  const [, number, unit] = /([\d.,]+)\s*(k?m)/.exec(await bar.innerText());
  const box = await bar.boundingBox();
  return (Number(number.replace(",", "")) * (unit === "km" ? 1000 : 1)) / box.width;
}

/** Where the drone was drawn within the last second, in CSS pixels of the window; null = not there. */
async function drawnAt(page) {
  const map = await page.getByRole("application", { name: /map/i }).boundingBox();
  const at = await page.evaluate(() => {
    const last = window.kestrelDiagnostics.vehicles.at(-1);
    return last !== undefined && Date.now() - last.drawn_at_ms < 1000 ? last : null;
  });
  return at === null ? null : { x: map.x + at.x, y: map.y + at.y };
}

/** Scale and drawn place once the map has come to rest: both the same in three looks one after another. */
async function atRest(page) {
  const near = (a, b) => Math.abs(a.x - b.x) < 3 && Math.abs(a.y - b.y) < 3 && a.scale === b.scale;
  const looks = [];
  return until(
    async () => {
      const drawn = await drawnAt(page);
      if (drawn === null) looks.length = 0;
      else looks.push({ ...drawn, scale: await metresPerPixel(page) });
      const [a, b, c] = looks.slice(-3);
      return c !== undefined && near(a, b) && near(b, c) && c;
    },
    "The map did not come to rest with the drone on it.",
    30_000,
    400,
  );
}

/** Height above home as the panel shows it, in whole metres; null while it shows none. */
async function heightM(page) {
  const figure = page.getByLabel("Flight", { exact: true }).locator(".figure").filter({ hasText: "above home" });
  const found = /(-?\d+) m/.exec(await figure.locator("dd").innerText());
  return found && Number(found[1]);
}

/** The preflight from its opening to the signature; nothing takes off without. */
async function signPreflight(page, o) {
  await page.getByRole("button", { name: "Make the preflight" }).click();
  const dialog = page.getByRole("dialog", { name: /^Preflight of/ });
  await dialog.getByLabel("Battery").locator("option").nth(1).waitFor({ state: "attached", timeout: 15_000 });
  await dialog.getByRole("button", { name: "Begin the preflight" }).click();
  await dialog.getByText("What you look at yourself").waitFor({ timeout: 15_000 });
  const ticks = dialog.getByRole("group", { name: "What you look at yourself" }).getByRole("checkbox");
  for (let n = 0; n < (await ticks.count()); n++) {
    await ticks.nth(n).click();
    await until(() => ticks.nth(n).isChecked(), "A tick was not kept.", 10_000);
  }
  await dialog.getByLabel("Wind, m/s").fill("3");
  await dialog.getByRole("button", { name: "Keep the weather" }).click();
  await dialog.getByLabel("Your name, as signature").fill(o.signature);
  const sign = dialog.getByRole("button", { name: "Sign the preflight" });
  await until(() => sign.isEnabled(), "The preflight cannot be signed.", 30_000, 300);
  await page.screenshot({ path: o.screenshot_preflight });
  await sign.click();
  await dialog.getByText(/signed by/i).first().waitFor({ timeout: 15_000 });
  await dialog.getByRole("button", { name: "Close" }).first().click();
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser);
    await signIn(page, o);
    await page.keyboard.press("l");
    // Among the drones: its camera is a source of nearly the same name, and may be there before it.
    const drones = page.getByRole("group", { name: "Drones" });
    const row = drones.getByRole("option", { name: new RegExp(o.drone) });
    await row.waitFor({ timeout: 90_000 }); // the agent first makes its simulated borough
    await row.click();
    await sayPurpose(page);
    await until(async () => (await vehicle(page))?.armable, "The drone did not become ready to fly.", 60_000, 500);

    await page.getByRole("button", { name: "Take control" }).click();
    await page.getByRole("button", { name: "Hand back control" }).waitFor();
    await signPreflight(page, o);
    await page.getByLabel("Take-off height, metres").fill("20");
    const up = page.getByRole("button", { name: "Hold to take off to 20 m above home" });
    await until(() => up.isEnabled(), "Take-off is barred.");
    await up.focus();
    // Held until it works: on a busy machine the page's 0.8 s may be longer than anybody's clock says.
    await page.keyboard.down("Enter");
    await until(async () => (await vehicle(page))?.armed, "Holding the button did not arm it.", 30_000, 200);
    await page.keyboard.up("Enter");
    await until(async () => (await vehicle(page))?.landed === "in_air", "It did not take off.", 30_000, 300);
    await until(async () => (await heightM(page)) >= 18, "It did not climb to its 20 m.", 60_000, 300);
    await page.screenshot({ path: o.screenshot_up });

    await page.getByRole("button", { name: "Show on map" }).first().click();
    const from = await atRest(page);
    await page.getByRole("button", { name: "Fly to a place" }).click();
    const to = { x: from.x + o.east_m / from.scale, y: from.y - o.north_m / from.scale };
    const onMap = await page.evaluate(({ x, y }) => document.elementFromPoint(x, y)?.tagName === "CANVAS", to);
    check(onMap, `Something lies over the map at ${Math.round(to.x)}, ${Math.round(to.y)}.`);
    await page.mouse.click(to.x, to.y);
    const dialog = page.getByRole("dialog", { name: "Fly here" });
    await dialog.waitFor();
    const there = dialog.getByRole("button", { name: "Fly there" });
    await until(() => there.isEnabled(), "The way was not checked.", 15_000);
    await dialog.locator(".verdict-word").waitFor({ timeout: 15_000 }); // how that flight is judged
    const asked = await dialog.innerText();
    await page.screenshot({ path: o.screenshot_confirm });
    await there.click();
    const alert = page.getByRole("region", { name: "Alert", exact: true }).first();
    await until(async () => (await vehicle(page))?.airspace === "nearing", "No zone was neared.", 60_000, 200);
    await alert.waitFor({ timeout: 15_000 });
    const said = await alert.innerText();
    await page.screenshot({ path: o.screenshot_alert });

    const home = page.getByRole("button", { name: "Return", exact: true });
    await home.click();
    await until(async () => (await vehicle(page))?.mode === "return", "It does not fly home.", 15_000, 200);
    await until(async () => (await vehicle(page))?.landed === "on_ground", "It did not land.", 150_000, 500);
    // Its motors go off some seconds after it has landed.
    const last = await until(
      async () => [await vehicle(page)].find((one) => one?.armed === false),
      "It landed and stayed armed.",
      30_000,
      300,
    );
    await page.getByText("Armed: propellers may turn").waitFor({ state: "detached", timeout: 10_000 });
    const facts = await page.locator("dl").filter({ hasText: /ground|mode/i }).first().innerText();
    await page.screenshot({ path: o.screenshot_landed });
    return { asked, said, facts, armed: last.armed, faults };
  } finally {
    await browser.close();
  }
});
