// An alert about a vehicle opens the vehicle, which shows the alert first; any other opens itself.

import { go, select } from '../live/place'
import { vehicleTable } from '../live/vehicles'
import { sheetHeight } from './Sheet'
import type { AlertView } from '../wire/types'

export function openAlert(alert: Pick<AlertView, 'alert_id' | 'vehicle_id'>): void {
  if (alert.vehicle_id === null || !vehicleTable.peek().has(alert.vehicle_id)) {
    go('alerts', alert.alert_id)
    return
  }
  select({ kind: 'vehicle', id: alert.vehicle_id })
  sheetHeight.value = 'half'
}
