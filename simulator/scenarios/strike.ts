import { z } from "zod";

import type { Container } from "../content/item.ts";
import { findDriveOfUser, listSites } from "../content/site.ts";
import type { Context } from "../core/context.ts";
import { iso, parseInstant } from "../core/iso.ts";
import { fraction } from "../core/random.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan } from "../directory/user.ts";
import { At, Seed, TenantId } from "./scenario.ts";

/** What a scenario that meets many mailboxes, drives and sites is asked with. */
export const UNIT_CHOICE = {
  tenantId: TenantId,
  units: z
    .int()
    .positive()
    .optional()
    .describe("How many mailboxes, drives and sites together, spread in proportion."),
  share: z.number().gt(0).max(1).optional().describe("Or which share of them."),
  seed: Seed,
};

export const startsAt = z.iso.datetime({ offset: true }).optional();

/** Either a number or a share is needed. */
export function isOneChoice({
  units,
  share,
}: {
  readonly units?: number | undefined;
  readonly share?: number | undefined;
}): boolean {
  return (units === undefined) !== (share === undefined);
}
export const ONE_CHOICE = { message: "Give either units or share." };

export const StrikeInput = z
  .strictObject({
    ...UNIT_CHOICE,
    startsAt: startsAt.describe("When it began (default: 30 minutes ago); it ends now."),
  })
  .refine(isOneChoice, ONE_CHOICE);
type StrikeInput = z.infer<typeof StrikeInput>;

export const AffectedUnits = z.strictObject({
  mailboxes: z.array(z.strictObject({ id: z.string(), email: z.string() })),
  drives: z.array(z.strictObject({ id: z.string(), ownerId: z.string(), email: z.string() })),
  sites: z.array(z.strictObject({ id: z.string(), webUrl: z.string() })),
});
type AffectedUnits = z.infer<typeof AffectedUnits>;

export const StrikeAnswer = z.strictObject({
  affected: AffectedUnits,
  at: At,
  startedAt: At.describe("The instant at which it began."),
});
type StrikeAnswer = z.infer<typeof StrikeAnswer>;

export interface ChosenUnit {
  readonly container: Container;
  /** Name of the person or site. */
  readonly name: string;
}

export interface Strike {
  readonly input: StrikeInput;
  readonly units: readonly ChosenUnit[];
  readonly affected: AffectedUnits;
  /** Unix milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Chooses units, lets `strike` act on them and says what was hit. */
export function strikeUnits(
  context: Context,
  input: StrikeInput,
  strike: (strike: Strike) => void,
): StrikeAnswer {
  const endsAt = context.now;
  const begins = Math.min(
    (input.startsAt === undefined ? null : parseInstant(input.startsAt)) ?? endsAt - 30 * 60_000,
    endsAt,
  );
  const chosen = chooseUnits(context, input);
  strike({ ...chosen, input, startsAt: begins, endsAt });
  return { affected: chosen.affected, at: iso(endsAt), startedAt: iso(begins) };
}

/** The instant at which item `position` of `count` is hit: evenly spread over the window. */
export function instantOf(strike: Strike, position: number, count: number): number {
  const span = strike.endsAt - strike.startsAt;
  return strike.startsAt + Math.floor((span * (position + 1)) / Math.max(1, count));
}

/** Mailboxes, drives and writable sites of a tenant, chosen by the seed. */
export function chooseUnits(
  context: Context,
  input: {
    readonly tenantId: string;
    readonly units?: number | undefined;
    readonly share?: number | undefined;
    readonly seed: number;
  },
): { readonly units: readonly ChosenUnit[]; readonly affected: AffectedUnits } {
  const users = [];
  const sequence = directoryState.of(context).tenant(input.tenantId).users();
  for (let index = 0; index < sequence.length; index += 1) {
    const user = sequence.at(index);
    if (user !== undefined && hasPlan(user, "exchange")) users.push(user);
  }
  const sites = [];
  const allSites = listSites(context, input.tenantId);
  for (let index = 0; index < allSites.length; index += 1) {
    const site = allSites.at(index);
    if (site !== undefined && !site.isReadOnly) sites.push(site);
  }
  const total = 2 * users.length + sites.length;
  const share = input.share ?? Math.min(1, (input.units ?? 0) / total);
  const take = <T extends { readonly id: string }>(
    kind: string,
    list: readonly T[],
    count: number,
  ) => rankBySeed(list, ({ id }) => fraction("scenario", input.seed, kind, id)).slice(0, count);
  const wanted = Math.min(total, input.units ?? Math.ceil(share * total));
  const siteCount = Math.min(sites.length, Math.ceil(share * sites.length));
  const driveCount = Math.min(users.length, Math.ceil((wanted - siteCount) / 2));
  const mailboxCount = Math.min(users.length, Math.max(0, wanted - siteCount - driveCount));
  const mailboxes = take("mailbox", users, mailboxCount);
  const drives = take("drive", users, driveCount);
  const hitSites = take("site", sites, siteCount);
  return {
    units: [
      ...mailboxes.map((user) => ({
        container: { tenantId: input.tenantId, kind: "mailbox" as const, id: user.id },
        name: user.displayName,
      })),
      ...drives.map((user) => ({
        container: { tenantId: input.tenantId, kind: "drive" as const, id: user.id },
        name: user.displayName,
      })),
      ...hitSites.map((site) => ({ container: site.container, name: site.displayName })),
    ],
    affected: {
      mailboxes: mailboxes.map((user) => ({
        id: user.id,
        email: user.mail ?? user.userPrincipalName,
      })),
      drives: drives.map((user) => ({
        id: findDriveOfUser(context, input.tenantId, user.id)?.driveId ?? "",
        ownerId: user.id,
        email: user.mail ?? user.userPrincipalName,
      })),
      sites: hitSites.map((site) => ({ id: site.id, webUrl: site.webUrl })),
    },
  };
}

/** The list in the order that a number in [0, 1) for each item gives. */
export function rankBySeed<T>(list: readonly T[], rank: (item: T) => number): readonly T[] {
  return list
    .map((item) => ({ item, rank: rank(item) }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}
