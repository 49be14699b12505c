// Where one can go, who may, and where each role's work begins.

import {
  Archive, BellRing, Cctv, CircleUserRound, Ellipsis, FileCheck2, Grid3x3, Handshake, House, Layers, Map as MapIcon, ScrollText, Server,
  ServerCog, ShieldCheck, Users, type IconNode,
} from 'lucide'
import { whyNot } from '../live/session'
import type { ScreenName } from '../live/place'
import type { Permission } from '../wire/authority'

export interface Destination {
  screen: ScreenName
  words: string
  what: string
  icon: IconNode
  needs: Permission | null
  /** Pressed after g. */
  key: string
}

export const DESTINATIONS: readonly Destination[] = [
  { screen: 'home', words: 'Home', what: 'What waits for you', icon: House, needs: null, key: 'h' },
  { screen: 'map', words: 'Map', what: 'Drones, cameras, zones and what is seen', icon: MapIcon, needs: 'see_map', key: 'm' },
  { screen: 'wall', words: 'Wall', what: 'Up to nine pictures at once', icon: Grid3x3, needs: 'watch_video', key: 'w' },
  { screen: 'alerts', words: 'Alerts', what: 'What asks for a decision', icon: BellRing, needs: 'see_alerts', key: 'a' },
  { screen: 'airspace', words: 'Airspace', what: 'Datasets, NOTAMs and zones of your own', icon: Layers, needs: 'manage_airspace', key: 'z' },
  { screen: 'papers', words: 'Papers', what: 'Operator, permissions and requests', icon: FileCheck2, needs: 'see_papers', key: 'f' },
  { screen: 'sources', words: 'Sources', what: 'Every camera and how it stands', icon: Cctv, needs: 'see_map', key: 's' },
  { screen: 'people', words: 'People', what: 'Accounts, roles, areas and devices', icon: Users, needs: 'see_people', key: 'p' },
  { screen: 'roles', words: 'Roles', what: 'What each role may do', icon: ShieldCheck, needs: 'see_people', key: 'r' },
  { screen: 'agents', words: 'Agents', what: 'The programs that bring in cameras', icon: Server, needs: 'manage_agents', key: 'n' },
  { screen: 'system', words: 'System', what: 'Processes, parts and disk', icon: ServerCog, needs: 'see_system', key: 'y' },
  { screen: 'audit', words: 'Audit', what: 'Who did what, and why', icon: ScrollText, needs: 'read_audit', key: 'u' },
  { screen: 'sharing', words: 'Sharing', what: 'Agreements and disclosures', icon: Handshake, needs: 'see_sharing', key: 'd' },
  { screen: 'retention', words: 'Retention', what: 'What is kept, and for how long', icon: Archive, needs: 'see_sharing', key: 't' },
  { screen: 'account', words: 'Account', what: 'Your password, factors and devices', icon: CircleUserRound, needs: null, key: 'c' },
]
export const MORE: Destination = { screen: 'more', words: 'More', what: '', icon: Ellipsis, needs: null, key: 'o' }

export const destination = (screen: ScreenName): Destination => DESTINATIONS.find((d) => d.screen === screen) ?? MORE

export const whyNotThere = (to: Destination): string => (to.needs === null ? '' : whyNot(to.needs))

const HOMES: Record<string, ScreenName> = {
  cctv_operator: 'wall',
  supervisor: 'home',
  admin: 'home',
  auditor: 'audit',
  data_protection_officer: 'home',
}

/** Whose work is out on the ground begins on the map. */
export const homeOf = (role: string | null): ScreenName => HOMES[role ?? ''] ?? 'map'

/** In the rail: what this person may open. The account is in the menu above, the rest under More. */
export const railOf = (): readonly Destination[] =>
  DESTINATIONS.filter((to) => !['account', 'roles', 'retention'].includes(to.screen) && whyNotThere(to) === '')
