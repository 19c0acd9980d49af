/** ISO 8601 in UTC with the seven decimals that .NET reads back without loss. */
export function roundTripTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '0000Z')
}
