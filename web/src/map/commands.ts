// What panels and keys may ask of the map, once there is one.

import { signal } from '@preact/signals'

export interface MapCommands {
  showSource(sourceId: string): void
  showTrack(key: string): void
  showVehicle(vehicleId: string): void
  showWay(vehicleId: string, to: { lat: number; lon: number }): void
  showZone(zoneId: string): void
  showPlace(lon: number, lat: number): void
  showBorough(): void
  focus(): void
}

export const mapCommands = signal<MapCommands | null>(null)
