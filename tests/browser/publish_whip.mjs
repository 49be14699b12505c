// A second Chromium publishes its (fake) camera to WHIP as any client would, from a page of another
// origin, trickling its candidates; the first sees it appear as a source and plays its video.
import { createServer } from "node:http";
import {
  check, diagnostics, knock, launch, openPage, openSource, scenario, setUpAuthenticator, signIn,
  until, views,
} from "./lib.mjs";

const NAME = "Browser camera";

/** Runs in the publishing page: plain WHIP (RFC 9725), nothing of Kestrel's own code. */
async function publish({ endpoint, token }) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  const peer = new RTCPeerConnection();
  const candidates = [];
  peer.onicecandidate = ({ candidate }) => candidate?.candidate && candidates.push(candidate);
  const gathered = new Promise((resolve) => {
    peer.onicegatheringstatechange = () => peer.iceGatheringState === "complete" && resolve();
  });
  peer.addTransceiver(stream.getVideoTracks()[0], { direction: "sendonly", streams: [stream] });
  const offer = await peer.createOffer();
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/sdp" };
  const answer = await fetch(endpoint, { method: "POST", headers, body: offer.sdp });
  if (answer.status !== 201) return { status: answer.status, body: await answer.text() };
  const session = new URL(answer.headers.get("Location"), endpoint).href;
  const etag = answer.headers.get("ETag");
  await peer.setLocalDescription(offer);
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await gathered;
  const ufrag = /a=ice-ufrag:(\S+)/.exec(offer.sdp)[1];
  const pwd = /a=ice-pwd:(\S+)/.exec(offer.sdp)[1];
  const lines = candidates.map((c) => `a=${c.candidate}\r\n`).join("");
  const fragment = `a=ice-ufrag:${ufrag}\r\na=ice-pwd:${pwd}\r\nm=video 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n`
    + `${lines}a=end-of-candidates\r\n`;
  const patched = await fetch(session, {
    method: "PATCH",
    headers: {
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/trickle-ice-sdpfrag",
      "If-Match": etag,
    },
    body: fragment,
  });
  window.stop = () => fetch(session, { method: "DELETE", headers: { Authorization: `Bearer ${token}` } });
  return { status: 201, patched: patched.status, etag };
}

await scenario(async (o) => {
  const elsewhere = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end("<!doctype html><title>A WHIP client</title>");
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const watcher = await launch();
  const publisher = await launch({ fakeCamera: true });
  try {
    const { page, faults } = await openPage(watcher);
    await signIn(page, o);
    // A CCTV operator watches; who admits cameras is the admin, in a browser of their own.
    const admin = await openPage(publisher);
    await knock(admin.page, o.address, "admin", o.admin_password);
    await setUpAuthenticator(admin.page, o.admin_password);
    await views(admin.page).waitFor();
    const added = await admin.page.evaluate(async (name) => {
      const { csrf_token } = await (await fetch("/api/session")).json();
      const answer = await fetch("/api/sources", {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf_token },
        body: JSON.stringify({ name, lat: 51.4925, lon: -0.2235, heading_deg: 90 }),
      });
      return { status: answer.status, body: await answer.json() };
    }, NAME);
    check(added.status === 201, `adding the source answered ${added.status}`);
    const { page: camera } = await openPage(publisher);
    await camera.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
    const endpoint = `${o.address}${added.body.whip_path}`;
    const wrong = await camera.evaluate(publish, { endpoint, token: "no-such-token" });
    check(wrong.status === 401, `a wrong token was answered ${wrong.status}`);
    const published = await camera.evaluate(publish, { endpoint, token: added.body.publish_token });
    check(published.status === 201, `WHIP answered ${published.status}: ${published.body}`);
    check(published.patched === 204, `trickle was answered ${published.patched}`);
    await openSource(page, NAME);
    const video = await until(
      () => page.evaluate(() => {
        const element = document.querySelector("video");
        return element && element.getVideoPlaybackQuality().totalVideoFrames > 30
          ? { width: element.videoWidth, height: element.videoHeight } : null;
      }), "The browser camera's video did not play", 30_000);
    if (o.screenshot) await page.screenshot({ path: o.screenshot });
    const shown = (await diagnostics(page)).live.length;
    await camera.evaluate(() => window.stop());
    const row = page.getByRole("option", { name: new RegExp(NAME) });
    await until(async () => /offline/i.test(await row.innerText()), "Its end was not shown", 10_000);
    return { ...published, video, shown, faults };
  } finally {
    await publisher.close();
    await watcher.close();
    elsewhere.close();
  }
});
