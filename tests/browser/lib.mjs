// What every browser scenario shares: Debian's Chromium through playwright-core, sign-in, and the
// page's own diagnostics. A scenario is called with one JSON argument, prints one JSON document on
// stdout and exits 0; anything it finds wrong is an exception, so a non-zero exit.
import { createHmac } from "node:crypto";
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const CHROMIUM = process.env.TEST_CHROMIUM ?? "/usr/bin/chromium";

export const options = JSON.parse(process.argv[2] ?? "{}");

export function check(condition, sentence) {
  if (!condition) throw new Error(sentence);
}

/** A fresh browser with an empty profile. `fakeCamera` gives getUserMedia a moving test picture. */
export async function launch({ fakeCamera = false } = {}) {
  check(existsSync(CHROMIUM), `No browser at ${CHROMIUM}.`);
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--disable-sync",
      "--autoplay-policy=no-user-gesture-required",
      ...(fakeCamera
        ? ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
        : []),
    ],
  });
}

/** A page that remembers what went wrong in it: console errors, exceptions, failed requests. */
export async function openPage(browser, viewport = { width: 1440, height: 900 }) {
  const context = await browser.newContext({ viewport, locale: "en-GB", timezoneId: "Europe/London" });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const { hostname, protocol } = new URL(request.url());
    if (/^(http|ws)/.test(protocol) && hostname !== "127.0.0.1")
      faults.push(`request outside this machine: ${hostname}`);
  });
  return { context, page, faults };
}

export async function waitForServer(address, timeoutMs = 60_000) {
  const end = Date.now() + timeoutMs;
  while (Date.now() < end) {
    try {
      if ((await fetch(`${address}/health`)).status < 600) return;
    } catch {
      // not listening yet
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`No answer from ${address} within ${timeoutMs} ms.`);
}

/** The password given, or the one in the file that `run.py` writes for this installation. */
function passwordOf({ password, password_file }) {
  if (password !== undefined) return password;
  const match = /password:?\s+(\S+)/i.exec(readFileSync(password_file, "utf8"));
  check(match !== null, "The sign-in file holds no password.");
  return match[1];
}

/** Types name and password and presses the button; says nothing of what comes then. */
export async function knock(page, address, username, password, query = "?diagnostics=1") {
  await page.goto(`${address}/${query}`);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

export const views = (page) => page.getByRole("navigation", { name: "Views" });

/** Signs in and goes to the map, whatever the role's home is. */
export async function signIn(page, o, query = "?diagnostics=1") {
  await knock(page, o.address, o.username, passwordOf(o), query);
  await views(page).waitFor({ timeout: 20_000 });
  await page.keyboard.press("m");
  await page.getByRole("application", { name: /map/i }).waitFor({ timeout: 20_000 });
}

/** Answers the question that stands where a picture would be, if it is asked. */
export async function sayPurpose(page, purpose = "public_safety", note = "browser test") {
  const question = page.getByRole("region", { name: "Purpose" });
  const asked = await question.waitFor({ timeout: 3_000 }).then(() => true, () => false);
  if (!asked) return;
  await question.getByLabel("Purpose").selectOption(purpose);
  await question.getByLabel(/note/i).fill(note);
  await question.getByRole("button", { name: "Look" }).click();
  await question.waitFor({ state: "detached" });
}

/** Select a source through the list, as a keyboard user would. */
export async function openSource(page, name) {
  await page.keyboard.press("l");
  const row = page.getByRole("option", { name: new RegExp(name, "i") }).first();
  await row.waitFor({ timeout: 20_000 });
  await row.click();
  await sayPurpose(page);
}

/** Press and hold, with the keyboard as anybody could. */
export async function hold(page, button) {
  await button.focus();
  await page.keyboard.down("Enter");
  await page.waitForTimeout(1000);
  await page.keyboard.up("Enter");
}

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The code that an authenticator app shows now for a secret (RFC 6238, SHA-1, 30 s, six digits). */
export function totp(secret, ms = Date.now()) {
  let bits = "";
  for (const c of secret.replace(/[\s=]/g, "").toUpperCase()) bits += BASE32.indexOf(c).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(ms / 30_000)));
  const digest = createHmac("sha1", key).update(counter).digest();
  const at = digest[19] & 15;
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

/** The first sign-in of a role that needs a second factor; the secret and the recovery codes. */
export async function setUpAuthenticator(page, password) {
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();
  await page.getByLabel("Your password again").fill(password);
  await page.getByRole("button", { name: "Show the picture to scan" }).click();
  await page.getByRole("img", { name: /picture to scan/ }).waitFor();
  const secret = await page.locator(".copyable code").innerText();
  await page.getByLabel("Code from the app").fill(totp(secret));
  await page.getByRole("button", { name: "Confirm" }).click();
  const codes = page.getByRole("region", { name: "Recovery codes" });
  await codes.waitFor();
  const recovery = await codes.locator("code").allInnerTexts();
  check(!(await page.getByText("Passkey", { exact: true }).isVisible()), "another choice would take the codes away");
  await page.getByRole("button", { name: "Sign out" }).click({ force: true });
  await page.getByText("Keep the recovery codes first.").waitFor();
  await page.getByLabel("I have kept them").check();
  await page.getByRole("button", { name: "Go on" }).click();
  return { secret, recovery };
}

const NEW_PASSWORD = "correct horse of the browser test";

/** An admin adds somebody; their first password. */
export async function addPerson(page, name, username, role) {
  await page.keyboard.press("g");
  await page.keyboard.press("p");
  await page.getByRole("button", { name: "Add a person" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(name);
  await dialog.getByLabel("Username").fill(username);
  await dialog.getByLabel("Role").selectOption(role);
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await dialog.getByRole("heading", { name: "Give them this password" }).waitFor();
  const password = await dialog.locator(".copyable code").nth(1).innerText();
  await dialog.getByRole("button", { name: "I have passed it on" }).click();
  return password;
}

/** The first sign-in of somebody who was given a password. */
export async function chooseOwn(page, given) {
  await page.getByLabel("The password you were given").fill(given);
  await page.getByLabel("Your new password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Use this password" }).click();
  await views(page).waitFor();
}

export const diagnostics = (page) => page.evaluate(() => window.kestrelDiagnostics);

/** Poll `probe` (async) until it returns something truthy. */
export async function until(probe, sentence, timeoutMs = 20_000, everyMs = 100) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > end) throw new Error(`${sentence} (waited ${timeoutMs} ms)`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** Run a scenario; its result is printed, its failure is an exit code with a sentence. */
export async function scenario(run) {
  try {
    process.stdout.write(`${JSON.stringify(await run(options))}\n`);
  } catch (error) {
    process.stderr.write(`${error.stack ?? error}\n`);
    process.exitCode = 1;
  }
}
