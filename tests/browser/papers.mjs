// What flights are checked against and an operator's papers, by a supervisor at the pretended station:
// a file with refusals taken into use, a zone drawn, a permission asked for and granted, a clearance by
// telephone, SORA volumes. {address, size, pictures: path
// that the names of pictures are added to}
import { readFileSync } from "node:fs";
import { FILE } from "./openair.mjs";
import { check, hold, launch, openPage, scenario, until, views } from "./lib.mjs";

const dialogOf = (page) => page.getByRole("dialog");
const screen = (page, name) => page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();

async function go(page, hash) {
  await page.evaluate((h) => { location.hash = h; }, hash);
  await page.waitForTimeout(400);
}

async function shot(page, o, name) {
  if (!o.pictures) return;
  await page.waitForTimeout(350);
  await page.screenshot({ path: `${o.pictures}-${name}.png` });
}

/** A file too large is said before anything is sent; one that is no airspace is refused with the reason. */
async function importing(page, o) {
  await go(page, "#/airspace");
  await screen(page, "Airspace data");
  await page.getByText("In use, out of date").waitFor();
  await shot(page, o, "datasets");
  const picker = page.getByLabel("File of zones or NOTAMs");
  await picker.setInputFiles({ name: "nothing.json", mimeType: "application/json", buffer: Buffer.from("") });
  await page.getByText("nothing.json is empty.").waitFor();
  await picker.setInputFiles({ name: "cats.txt", mimeType: "text/plain", buffer: Buffer.from("no zones at all") });
  await page.getByText(/cats\.txt cannot be read/).waitFor();

  await picker.setInputFiles({ name: "works, Ämter.txt", mimeType: "text/plain", buffer: Buffer.from(FILE) });
  const refused = page.getByRole("region", { name: "Refused" });
  await refused.getByText("3 features were refused.").waitFor();
  await page.getByText("works, Ämter.txt").first().waitFor();
  await refused.getByRole("row", { name: /EGR903/ }).waitFor();
  await shot(page, o, "import");
  if (o.readme) await page.screenshot({ path: o.readme });
  await refused.getByLabel("Search what was refused").fill("904");
  await refused.getByText("1 of 3").waitFor();
  const [kept] = await Promise.all([page.waitForEvent("download"), refused.getByRole("button", { name: "Save as text" }).click()]);
  const text = readFileSync(await kept.path(), "utf8");
  check(/EGR903/.test(text) && /EGR904/.test(text) && /SHA-256 [0-9a-f]{64}/.test(text), "the saved text does not list what was refused");

  await dating(page, o);
  await page.getByRole("button", { name: "Use this dataset" }).click();
  const dialog = dialogOf(page);
  await dialog.getByText(/UK UAS restriction zones \(made up\)/).waitFor();
  const use = dialog.getByRole("button", { name: "Use it from now on" });
  check(await use.getAttribute("aria-disabled") === "true", "it could be used without having seen what was refused");
  await dialog.getByLabel(/How many features were refused/).fill("2");
  await dialog.getByText("That is not how many were refused.").waitFor();
  await dialog.getByLabel(/How many features were refused/).fill("3");
  await shot(page, o, "use");
  await use.click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("region", { name: "The file" }).getByText("In use", { exact: true }).waitFor();
  await page.getByRole("button", { name: "Airspace data" }).first().click();
  await page.getByText("Retired").first().waitFor();
}

const dayFromNow = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** The file does not say when it holds: whoever uses it says so first, and vouches for it. */
async function dating(page, o) {
  await page.getByRole("button", { name: "Use this dataset" }).click();
  await dialogOf(page).getByText("Say first when it holds", { exact: false }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Say when it holds" }).click();
  const dialog = dialogOf(page);
  await dialog.getByText("vouches for them", { exact: false }).waitFor();
  await dialog.getByLabel(/^Holds from/).fill(dayFromNow(-8));
  await dialog.getByLabel(/^Until/).fill(dayFromNow(80));
  await dialog.getByText("At most 56 days: two AIRAC cycles.", { exact: true }).waitFor();
  await dialog.getByLabel(/^Until/).fill(dayFromNow(20));
  const send = dialog.getByRole("button", { name: "Date it" });
  check(await send.getAttribute("aria-disabled") === "true", "it was dated by nobody who vouches for it");
  await dialog.getByLabel(/^I have these dates/).check();
  await shot(page, o, "date");
  await send.click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("The file does not say when it holds.").waitFor({ state: "detached" });
}

async function drawing(page, o) {
  await page.getByText("Zones of your own").click();
  await page.getByRole("button", { name: "Draw a zone" }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("Name").fill("Fire at the depot");
  await dialog.getByLabel("Why").fill("Helicopter at work");
  await dialog.getByText("Say where the middle of the circle is.").waitFor();
  await dialog.getByRole("img", { name: /Plan of the borough/ }).click({ position: { x: 120, y: 120 } });
  check(/^51\./.test(await dialog.getByLabel("Latitude").inputValue()), "a press on the plan set no middle");
  await shot(page, o, "draw");
  await dialog.getByRole("button", { name: "Draw it" }).click();
  await dialog.waitFor({ state: "detached" });
  const row = page.getByRole("row", { name: /Fire at the depot/ });
  await row.getByText("Holds now").waitFor();
  await shot(page, o, "drawn");
  await hold(page, row.getByRole("button", { name: "Hold to withdraw" }));
  await row.waitFor({ state: "detached" });
}

async function answering(page, o) {
  await go(page, "#/papers/requests");
  await shot(page, o, "requests");
  await page.getByRole("button", { name: /Made-up prohibited place/ }).click();
  const dialog = dialogOf(page);
  await dialog.getByRole("region", { name: "Text to send" }).getByText(/permission to fly/).waitFor();
  await shot(page, o, "letter");
  await dialog.getByRole("button", { name: "Refused" }).click();
  await dialog.getByText("Say what they answered.").waitFor();
  await dialog.getByRole("button", { name: "Back" }).click();
  await dialog.getByRole("button", { name: "Granted: record it" }).click();
  await dialog.getByRole("heading", { name: "Record a permission" }).waitFor();
  check(await dialog.getByLabel(/^Zone/).inputValue() === "x-prohibited", "the form is not filled in with the request's zone");
  await dialog.getByText("This answers a request").waitFor();
  await dialog.getByLabel(/^Who gave it/).fill("Events office");
  await dialog.getByLabel("Reference").fill("EV-88");
  await dialog.getByLabel(/^Document/).setInputFiles({ name: "cat.gif", mimeType: "image/gif", buffer: Buffer.from("GIF89a") });
  await dialog.getByText(/cat\.gif is of a type that is not taken/).waitFor();
  await dialog.getByLabel(/^Document/).setInputFiles({ name: "answer.eml", mimeType: "", buffer: Buffer.from("Subject: yes") });
  await shot(page, o, "permission");
  await dialog.getByRole("button", { name: "Record it" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText("Granted", { exact: true }).waitFor();
  await go(page, "#/papers");
  const row = page.getByRole("row", { name: /EV-88/ });
  await row.waitFor();
  const [kept] = await Promise.all([page.waitForEvent("download"), row.getByRole("button", { name: "answer.eml" }).click()]);
  check(kept.suggestedFilename() === "answer.eml", "the document was saved under another name");
}

async function telephone(page, o) {
  await page.getByRole("button", { name: "Record a permission" }).first().click();
  const dialog = dialogOf(page);
  await dialog.getByText("Telephone", { exact: true }).click();
  check(await dialog.getByLabel(/^Document/).count() === 0, "a telephone clearance asks for a document");
  await dialog.getByLabel(/^Zone/).fill("EGR157");
  await dialog.getByLabel("Reference").fill("Clearance 7");
  await dialog.getByText("Say who gave it, by name.").waitFor();
  await dialog.getByLabel(/^Who gave it/).fill("J. Lane, tower");
  const said = new Date(`${await dialog.getByLabel("When they said it").inputValue()}`).getTime();
  check(Math.abs(said - Date.now()) < 120_000, "when it was given does not begin with now");
  await shot(page, o, "telephone");
  await dialog.getByRole("button", { name: "Record it" }).click();
  await dialog.waitFor({ state: "detached" });
  const row = page.getByRole("row", { name: /Clearance 7/ });
  await row.getByText("In force").waitFor();
  await shot(page, o, "permissions");
  await hold(page, row.getByRole("button", { name: "Hold to withdraw" }));
  await row.waitFor({ state: "detached" });
  await page.getByLabel(/over or withdrawn/).check();
  await page.getByRole("row", { name: /Clearance 7/ }).getByText("Withdrawn").waitFor();
}

async function profile(page, o) {
  await page.getByText("Operator", { exact: true }).click();
  const type = page.getByLabel("Type");
  await type.waitFor();
  check(await page.getByLabel(/^Force policy/).count() === 0, "a council is asked for its force policy");
  await type.selectOption("POLICE_MPS");
  await page.getByLabel("Category").selectOption("OUTSIDE_2019_947");
  await page.getByLabel(/^Force policy/).fill("FP-12");
  await page.getByText("Say up to which height the force policy goes").waitFor();
  await type.selectOption("COUNCIL");
  check(await page.getByLabel("Category").inputValue() !== "OUTSIDE_2019_947", "a council may be outside of the regulation");
  await shot(page, o, "operator");
  await page.getByLabel("Category").selectOption("OPEN_A2");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await until(async () => (await page.getByText("Nothing was changed.").count()) > 0, "the operator was not saved");
}

/** A point in the map's middle; asked for if it lies in a zone; then its volumes. */
async function plan(page, o) {
  await go(page, "#/map");
  await page.getByRole("application", { name: /map/i }).waitFor();
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Add the map’s middle" }).click();
  await page.getByRole("button", { name: "SORA volumes" }).click();
  const dialog = dialogOf(page);
  await dialog.getByLabel("Title of the operation").fill("Roof survey");
  await dialog.getByLabel("Greatest dimension, m").fill("0.8");
  await dialog.getByLabel("Greatest speed, m/s").fill("15");
  await shot(page, o, "sora");
  await dialog.getByRole("button", { name: "Draw them on the map" }).click();
  const card = page.getByRole("region", { name: "SORA volumes" });
  await card.getByText("Ground risk buffer", { exact: true }).waitFor();
  await page.waitForTimeout(900);
  await shot(page, o, "volumes");
  const [pack] = await Promise.all([page.waitForEvent("download"), card.getByRole("button", { name: "Download the pack" }).click()]);
  check(pack.suggestedFilename() === "application-roof-survey.zip", `the pack is called ${pack.suggestedFilename()}`);
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, faults } = await openPage(browser, { width: o.size[0], height: o.size[1] });
    page.setDefaultTimeout(10_000);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.goto(`${o.address}/`);
    await page.getByLabel("Username").fill("supervisor");
    await page.getByLabel("Password", { exact: true }).fill("kestrel");
    await page.getByRole("button", { name: "Sign in" }).click();
    await views(page).waitFor();
    await importing(page, o);
    await drawing(page, o);
    await answering(page, o);
    await telephone(page, o);
    await profile(page, o);
    await plan(page, o);
    return { faults: faults.filter((f) => !/422/.test(f)) };
  } finally {
    await browser.close();
  }
});
