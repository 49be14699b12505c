// The main path of a CCTV operator: sign in, open the camera from the list, watch people in live view
// and in locked view, see their dots move on the map; then the same on a phone and by keyboard.
import { check, diagnostics, launch, openPage, openSource, scenario, signIn, until } from "./lib.mjs";

/** Let the scenario read getStats of the page's own peer connections. */
function rememberPeers() {
  const Original = RTCPeerConnection;
  window.peersOfTest = [];
  window.RTCPeerConnection = class extends Original {
    constructor(...args) {
      super(...args);
      window.peersOfTest.push(this);
    }
  };
}

async function inboundVideo(page) {
  return page.evaluate(async () => {
    let newest = null;
    for (const peer of window.peersOfTest)
      for (const stat of (await peer.getStats()).values())
        if (stat.type === "inbound-rtp" && stat.kind === "video") newest = stat;
    return newest && { framesDecoded: newest.framesDecoded, bytes: newest.bytesReceived };
  });
}

/** How far (CSS px) the dot of the person that went furthest moved on the resting map. */
async function furthestWalk(page, waitMs) {
  const before = (await diagnostics(page)).dots.length;
  await page.waitForTimeout(waitMs);
  const first = new Map();
  let furthest = 0;
  for (const dot of (await diagnostics(page)).dots.slice(before)) {
    if (dot.class_name !== "person") continue;
    if (!first.has(dot.key)) first.set(dot.key, dot);
    const start = first.get(dot.key);
    furthest = Math.max(furthest, Math.hypot(dot.x - start.x, dot.y - start.y));
  }
  return furthest;
}

/** Nothing, or what of the page lies outside the window or is smaller than a thumb. */
async function thumbProblems(page) {
  return page.evaluate(() => {
    const found = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push("the page scrolls sideways");
    for (const button of document.querySelectorAll("nav button")) {
      const box = button.getBoundingClientRect();
      if (box.width && box.height < 48) found.push(`${button.textContent} is ${box.height} px high`);
    }
    return found;
  });
}

await scenario(async (o) => {
  const browser = await launch();
  try {
    const { page, context, faults } = await openPage(browser);
    await page.addInitScript(rememberPeers);
    await signIn(page, o);
    await openSource(page, o.source);
    const first = await until(() => inboundVideo(page), "No video came in");
    const stats = await until(async () => {
      const now = await inboundVideo(page);
      return now.framesDecoded >= first.framesDecoded + 40 ? now : null;
    }, "The video does not decode");
    await until(
      async () => (await diagnostics(page)).live.filter((e) => e.boxes >= 2).length >= 20,
      "No boxes were drawn on the live picture");
    const rows = await page.getByRole("option", { name: /^person \d+/ }).count();
    check(rows > 0, "The list shows nobody although boxes are drawn");
    await page.waitForTimeout(1500); // the map flies to the camera
    const moved = await furthestWalk(page, 4000);
    check(moved > 10, `The dots do not move: ${moved} px in 4 s at most`);
    if (o.screenshot) await page.screenshot({ path: o.screenshot });
    await page.getByRole("radio", { name: /locked/i }).check({ force: true });
    await until(
      async () => (await diagnostics(page)).locked.length >= 30,
      "Locked view shows nothing");
    if (o.screenshot_locked) await page.screenshot({ path: o.screenshot_locked });
    const { live, errors } = await diagnostics(page);

    // A phone: the same session, one thumb.
    const phone = await context.newPage();
    await phone.setViewportSize({ width: 390, height: 844 });
    await phone.goto(`${o.address}/#/map`);
    await phone.getByRole("application", { name: /map/i }).waitFor();
    const thumb = await thumbProblems(phone); // most likely before its link is there
    await phone.getByRole("banner").getByText("Linked").waitFor({ state: "attached" });
    thumb.push(...await thumbProblems(phone));
    // With words where the link's sign is, the bar is at its widest.
    const before = faults.length;
    await context.setOffline(true);
    await phone.getByRole("banner").getByText(/^No link/).waitFor();
    thumb.push(...await thumbProblems(phone));
    await context.setOffline(false);
    await phone.getByRole("banner").getByText("Linked").waitFor({ state: "attached" });
    faults.splice(before); // the browser's own words about being offline
    if (o.screenshot_phone) {
      await openSource(phone, o.source);
      await phone.waitForTimeout(4000);
      await phone.screenshot({ path: o.screenshot_phone });
    }
    return { stats, people_listed: rows, moved, live: live.length, errors, faults, thumb };
  } finally {
    await browser.close();
  }
});
