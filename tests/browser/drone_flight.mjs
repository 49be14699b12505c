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

/** Where the drone was last drawn, in CSS pixels of the window. */
async function drawnAt(page) {
  const map = await page.getByRole("application", { name: /map/i }).boundingBox();
  const at = await page.evaluate(() => window.kestrelDiagnostics.vehicles.at(-1));
  check(at !== undefined, "The map has drawn no drone.");
  return { x: map.x + at.x, y: map.y + at.y };
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser);
    await signIn(page, o);
    await page.keyboard.press("l");
    const row = page.getByRole("option", { name: new RegExp(o.drone) }).first();
    await row.waitFor({ timeout: 30_000 });
    await row.click();
    await sayPurpose(page);
    await until(async () => (await vehicle(page))?.armable, "The drone did not become ready to fly.", 60_000, 500);

    await page.getByRole("button", { name: "Take control" }).click();
    await page.getByRole("button", { name: "Hand back control" }).waitFor();
    await page.getByLabel("Take-off height, metres").fill("20");
    const up = page.getByRole("button", { name: "Hold to take off to 20 m above home" });
    await up.focus();
    await page.keyboard.down("Enter");
    await page.waitForTimeout(1200);
    await page.keyboard.up("Enter");
    await until(async () => (await vehicle(page)).landed === "in_air", "It did not take off.", 30_000, 300);
    await page.waitForTimeout(8000); // it climbs at some 2.5 m/s
    await page.screenshot({ path: o.screenshot_up });

    await page.getByRole("button", { name: "Show on map" }).first().click();
    await page.waitForTimeout(1500);
    const scale = await metresPerPixel(page);
    const from = await drawnAt(page);
    await page.getByRole("button", { name: "Fly to a place" }).click();
    await page.mouse.click(from.x + o.east_m / scale, from.y - o.north_m / scale);
    const dialog = page.getByRole("dialog", { name: "Fly here" });
    await dialog.waitFor();
    const there = dialog.getByRole("button", { name: "Fly there" });
    await until(() => there.isEnabled(), "The way was not checked.", 15_000);
    const asked = await dialog.innerText();
    await page.screenshot({ path: o.screenshot_confirm });
    await there.click();
    await until(async () => (await vehicle(page)).airspace === "nearing", "No zone was neared.", 60_000, 200);
    const alert = page.getByRole("region", { name: "Alert", exact: true }).first();
    await alert.waitFor({ timeout: 15_000 });
    const said = await alert.innerText();
    await page.screenshot({ path: o.screenshot_alert });

    const home = page.getByRole("button", { name: "Return", exact: true });
    await home.click();
    await until(async () => (await vehicle(page)).mode === "return", "It does not fly home.", 15_000, 200);
    await until(async () => (await vehicle(page)).landed === "on_ground", "It did not land.", 150_000, 500);
    await page.waitForTimeout(1500);
    const facts = await page.locator("dl").filter({ hasText: /ground|mode/i }).first().innerText();
    await page.screenshot({ path: o.screenshot_landed });
    const last = await vehicle(page);
    return { asked, said, facts, armed: last.armed, faults };
  } finally {
    await browser.close();
  }
});
