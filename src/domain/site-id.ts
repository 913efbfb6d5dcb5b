/**
 * Graph's composite site id is `host,siteCollectionGuid,webGuid`; some answers about protection units show the site
 * collection's GUID alone. Two ids mean the same protected site when their site collections are the same.
 */
export function siteCollectionId(siteId: string): string {
  const parts = siteId.toLowerCase().split(",");
  return parts[1] ?? siteId.toLowerCase();
}
