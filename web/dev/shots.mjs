// Pictures of the page against the fake station, to look at while working on it.
//   node web/dev/shots.mjs http://127.0.0.1:8099 FOLDER [name... | @desk | @tablet | @phone | @night | @day]
import { chromium } from 'playwright-core'
import { mkdirSync } from 'node:fs'

const [address, folder, ...only] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
})
const dev = (act) => fetch(`${address}/dev/${act}`, { method: 'POST' })
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function open(viewport, { touch = false, user = 'operator', signIn = true, at = '#/map', theme = '', purpose = true } = {}) {
  const context = await browser.newContext({ viewport, hasTouch: touch, isMobile: touch, locale: 'en-GB', timezoneId: 'Europe/London' })
  const page = await context.newPage()
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && console.log(`  [${m.type()}] ${m.text()}`))
  page.on('pageerror', (e) => console.log(`  [exception] ${e.stack}`))
  if (theme) await page.addInitScript((t) => localStorage.setItem('kestrel.theme', t), theme)
  await page.goto(`${address}/?diagnostics=1${at}`)
  if (!signIn) return page
  await page.getByLabel('Username').fill(user)
  await page.getByLabel('Password', { exact: true }).fill('kestrel')
  await page.getByRole('button', { name: 'Sign in' }).click()
  if (['coded', 'fresh', 'newcomer'].includes(user)) {
    await wait(600)
    return page
  }
  await page.getByRole('navigation', { name: 'Views' }).waitFor()
  if (purpose && ['operator', 'supervisor', 'officer', 'pilot'].includes(user)) {
    await page.evaluate(() =>
      fetch('/api/session/purpose', {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ purpose: 'public_safety', note: 'CAD 1432' }),
      }),
    )
    await page.reload()
  }
  await wait(2500)
  return page
}
const camera = async (page) => {
  await page.keyboard.press('l')
  await page.getByRole('option', { name: /demonstration camera/i }).first().click()
  await wait(4500)
}
const DESK = { width: 1440, height: 900 }
const TABLET = { width: 1024, height: 768 }
const PHONE = { width: 390, height: 844 }

const scenes = {
  'sign-in': async () => {
    const page = await open(DESK, { signIn: false })
    await page.getByLabel('Username').waitFor()
    return page
  },
  'sign-in-wrong': async () => {
    const page = await open(PHONE, { signIn: false, touch: true })
    for (let i = 0; i < 4; i++) {
      await page.getByLabel('Username').fill('operator')
      await page.getByLabel('Password', { exact: true }).fill('wrong')
      await page.getByRole('button', { name: 'Sign in' }).click()
      await wait(500)
    }
    return page
  },
  desk: () => open(DESK),
  'desk-camera': async () => {
    const page = await open(DESK)
    await camera(page)
    return page
  },
  'desk-locked': async () => {
    const page = await open(DESK)
    await camera(page)
    await page.getByRole('radio', { name: /locked/i }).click()
    await wait(2500)
    return page
  },
  'desk-lost-camera': async () => {
    const page = await open(DESK)
    await camera(page)
    await dev('lose')
    await wait(5500)
    return page
  },
  'desk-no-link': async () => {
    await dev('return')
    const page = await open(DESK)
    await camera(page)
    await dev('silence')
    await wait(5500)
    return page
  },
  'desk-keys': async () => {
    await dev('speak')
    const page = await open(DESK)
    await page.keyboard.press('?')
    await wait(300)
    return page
  },
  'desk-add': async () => {
    const page = await open(DESK)
    await page.getByRole('button', { name: 'Add a camera' }).click()
    await wait(300)
    return page
  },
  'desk-menu': async () => {
    const page = await open(DESK)
    await page.getByRole('button', { name: /menu/ }).click()
    await wait(300)
    return page
  },
  'desk-night': async () => {
    const page = await open(DESK, { theme: 'night' })
    await camera(page)
    return page
  },
  'desk-daylight': async () => {
    const page = await open(DESK, { theme: 'daylight' })
    await camera(page)
    return page
  },
  tablet: async () => {
    const page = await open(TABLET, { touch: true })
    await camera(page)
    return page
  },
  phone: () => open(PHONE, { touch: true }),
  'phone-camera': async () => {
    const page = await open(PHONE, { touch: true })
    await page.getByRole('button', { name: 'List' }).click()
    await wait(500)
    await page.screenshot({ path: `${folder}/phone-list.png` })
    await page.getByRole('option', { name: /demonstration/i }).first().click()
    await wait(4500)
    return page
  },
  components: async () => {
    const page = await open({ width: 1000, height: 900 }, { signIn: false })
    await page.goto(`${address}/components.html`)
    await wait(800)
    return page
  },
}

// Every screen, in each size and theme: desk-people, phone-people, night-people ...
const WHO = { wall: 'operator', alerts: 'supervisor', home: 'supervisor', audit: 'auditor', sharing: 'dpo', retention: 'dpo' }
const SCREENS = ['wall', 'alerts', 'alerts/w1', 'home', 'sources', 'people', 'people/p2', 'roles', 'agents', 'agents/a3',
  'system', 'audit', 'sharing', 'retention', 'account', 'more']
for (const screen of SCREENS) {
  const user = WHO[screen.split('/')[0]] ?? 'admin'
  const at = `#/${screen}`
  const name = screen.replace('/', '-')
  scenes[`${name}@desk`] = () => open(DESK, { user, at })
  scenes[`${name}@tablet`] = () => open(TABLET, { user, at, touch: true })
  scenes[`${name}@phone`] = () => open(PHONE, { user, at, touch: true })
  scenes[`${name}@night`] = () => open(DESK, { user, at, theme: 'night' })
  scenes[`${name}@day`] = () => open(DESK, { user, at, theme: 'daylight' })
}
Object.assign(scenes, {
  'sign-in-code': () => open(DESK, { user: 'coded' }),
  'set-up': async () => {
    const page = await open(DESK, { user: 'fresh' })
    await page.getByLabel('Your password again').fill('kestrel')
    await page.getByRole('button', { name: 'Show the picture to scan' }).click()
    await wait(500)
    return page
  },
  newcomer: () => open(DESK, { user: 'newcomer' }),
  'purpose@desk': () => open(DESK, { at: '#/wall', purpose: false }),
  'purpose-panel': async () => {
    const page = await open(DESK, { purpose: false })
    await camera(page)
    return page
  },
  'not-allowed': () => open(DESK, { at: '#/people' }),
  'add-person': async () => {
    const page = await open(DESK, { user: 'admin', at: '#/people' })
    await page.getByRole('button', { name: 'Add a person' }).click()
    await wait(300)
    return page
  },
  'empty-people': async () => {
    await dev('empty')
    return open(DESK, { user: 'admin', at: '#/people' })
  },
  'broken-people': async () => {
    await dev('broken')
    return open(DESK, { user: 'admin', at: '#/people' })
  },
  'broken-home': async () => {
    await dev('broken')
    return open(DESK, { user: 'supervisor', at: '#/home', purpose: false })
  },
})

// A drone, in each size and theme: drone@desk, drone@portrait, drone-lost@phone ...
const PORTRAIT = { width: 820, height: 1180 }
const SIZES = {
  desk: [DESK, {}],
  tablet: [TABLET, { touch: true }],
  portrait: [PORTRAIT, { touch: true }],
  phone: [PHONE, { touch: true }],
  night: [DESK, { theme: 'night' }],
  day: [DESK, { theme: 'daylight' }],
  'night-phone': [PHONE, { theme: 'night', touch: true }],
}
const DRONE = '#vehicle/01990000-0000-7000-8000-0000000000d1'
const press = (page, name) => page.getByRole('button', { name, exact: true }).first().click()
const flyTo = async (page, x, y) => {
  await press(page, 'Take control')
  await wait(600)
  await press(page, 'Fly to a place')
  await wait(300)
  const box = await page.locator('.map-pane').boundingBox()
  await page.mouse.click(box.x + box.width * x, box.y + box.height * y)
  await wait(1200)
}
const bottom = async (page) => {
  await page.locator('.panel-body').evaluate((body) => body.scrollTo(0, body.scrollHeight))
  await wait(400)
}
const DRONE_SCENES = {
  'drone-now': [{ at: '#/map' }, [], null],
  drone: [{ at: DRONE }, [], null],
  'drone-acts': [{ at: DRONE }, [], async (page) => { await press(page, 'Take control'); await wait(700); await press(page, 'Hold position'); await wait(600); await bottom(page) }],
  'drone-officer': [{ at: DRONE, user: 'officer' }, ['drone-other'], bottom],
  'drone-other': [{ at: DRONE }, ['drone-other'], async (page) => { await press(page, 'Take over'); await bottom(page) }],
  'drone-ground': [{ at: DRONE }, ['drone-down'], async (page) => { await press(page, 'Take control'); await wait(1200); await bottom(page) }],
  'drone-lost': [{ at: DRONE }, ['drone-lost'], async (page) => { await wait(4000); await press(page, 'Return'); await wait(900) }],
  'drone-inside': [{ at: DRONE }, ['drone-inside', 'a-warning'], null],
  'drone-unknown': [{ at: DRONE }, ['drone-unknown'], null],
  'drone-refused': [{ at: DRONE }, ['drone-refuses'], async (page) => { await press(page, 'Land'); await wait(900); await bottom(page) }],
  'drone-aiming': [{ at: DRONE }, [], async (page) => { await press(page, 'Take control'); await wait(600); await press(page, 'Fly to a place'); await wait(400) }],
  'drone-fly-clear': [{ at: DRONE }, [], (page) => flyTo(page, 0.35, 0.2)],
  'drone-fly-zone': [{ at: DRONE }, [], async (page) => {
    for (let i = 0; i < 2; i++) await page.getByRole('button', { name: 'Zoom out' }).click()
    await wait(900)
    await flyTo(page, 0.72, 0.62)
  }],
  'drone-fly-unknown': [{ at: DRONE }, ['no-zones'], (page) => flyTo(page, 0.66, 0.4)],
  'drone-home': [{ at: '#/home' }, [], null],
  'drone-keys': [{ at: DRONE }, [], async (page) => { await page.keyboard.press('?'); await wait(400) }],
  'drone-taken': [{ at: DRONE }, [], async (page) => { await press(page, 'Take control'); await wait(700); await dev('drone-other'); await wait(900) }],
  'drone-none': [{ at: '#/map' }, ['no-drone'], null],
  'drone-list': [{ at: '#/map' }, [], async (page) => { await page.keyboard.press('l'); await wait(500) }],
  'drone-alert': [{ at: '#/alerts/d4' }, ['an-alert'], null],
  'drone-elsewhere': [{ at: DRONE }, [], async (page) => { await press(page, 'Take control'); await wait(400); await page.evaluate(() => (location.hash = '#/wall')); await wait(2500) }],
  'zone-card': [{ at: '#/map' }, [], async (page) => {
    const box = await page.locator('.map-pane').boundingBox()
    await page.mouse.click(box.x + box.width * 0.78, box.y + box.height * 0.55)
    await wait(600)
  }],
  'no-zones': [{ at: '#/map' }, ['no-zones'], null],
}
for (const [name, [options, acts, then]] of Object.entries(DRONE_SCENES)) {
  for (const [size, [viewport, more]] of Object.entries(SIZES)) {
    scenes[`${name}@${size}`] = async () => {
      for (const act of acts) await dev(act)
      const page = await open(viewport, { user: 'pilot', ...more, ...options })
      if (more.touch && options.at === DRONE) {
        await page.getByRole('button', { name: /Sheet height/ }).press('ArrowUp')
        await wait(400)
      }
      await then?.(page)
      return page
    }
  }
}
const RESET = ['drone-back', 'drone-obeys', 'drone-clear', 'drone-free', 'drone-up', 'a-drone', 'zones']

for (const [name, scene] of Object.entries(scenes)) {
  if (only.length > 0 && !only.some((asked) => name === asked || (asked.startsWith('@') && name.endsWith(asked)))) continue
  console.log(name)
  await dev('speak')
  for (const act of ['return', 'full', 'mended', ...RESET]) await dev(act)
  const page = await scene()
  await page.screenshot({ path: `${folder}/${name}.png`, fullPage: name === 'components' })
  if (name === 'components') for (const canvas of await page.locator('canvas.symbols').all()) await canvas.screenshot({ path: `${folder}/symbols.png` })
  await page.context().close()
}
await dev('return').catch(() => undefined)
await browser.close()
