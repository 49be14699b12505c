// What is pushed is five seconds on its way, from the first message on: the page must say so, and must
// not take it for a clock that is ahead. {address}.
import { check, knock, launch, openPage, scenario, views } from "./lib.mjs";

const dev = (o, act) => fetch(`${o.address}/dev/${act}`, { method: "POST" });
const DRONE = "#vehicle/01990000-0000-7000-8000-0000000000d1";

await scenario(async (o) => {
  const browser = await launch();
  try {
    await dev(o, "slow");
    const { page, faults } = await openPage(browser);
    await knock(page, o.address, "pilot", "kestrel", "");
    await views(page).waitFor();
    await page.evaluate((hash) => { location.hash = hash; }, DRONE);
    const banner = page.locator(".banner", { hasText: "The link is slow" });
    await banner.waitFor({ timeout: 10_000 });
    const panel = page.getByRole("complementary", { name: "Details" });
    await panel.getByText("all of this is as last known").waitFor();
    check(!(await panel.getByText("failsafe").isVisible()), "it is not known that its failsafe flies it");
    const said = await banner.innerText();
    await dev(o, "quick");
    await banner.waitFor({ state: "detached", timeout: 10_000 });
    await panel.getByText("In the air").or(panel.getByText("On the ground")).first().waitFor();
    return { said, faults };
  } finally {
    await dev(o, "quick");
    await browser.close();
  }
});
