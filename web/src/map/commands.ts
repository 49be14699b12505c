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
  /** The place in the middle of what is seen of the map. */
  middle(): { lat: number; lon: number }
  showPlaces(places: readonly { lat: number; lon: number }[]): void
  focus(): void
}

export const mapCommands = signal<MapCommands | null>(null)
