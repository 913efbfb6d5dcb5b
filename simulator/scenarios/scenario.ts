import { z } from "zod";

import type { Context } from "../core/context.ts";
import type { Engine } from "../core/engine.ts";
import { parseInstant } from "../core/iso.ts";
import { fraction } from "../core/random.ts";
import type { Container } from "../content/item.ts";
import { findDriveOfUser, listSites } from "../content/site.ts";
import { directoryState } from "../directory/directory.ts";
import { hasPlan } from "../directory/user.ts";

/** What all scenarios are asked with. */
const ScenarioInput = z
  .strictObject({
    tenantId: z.guid().transform((id) => id.toLowerCase()),
    /** How many mailboxes, drives and sites together, spread in proportion. */
    units: z.int().positive().optional(),
    /** Or which share of them. */
    share: z.number().gt(0).max(1).optional(),
    /** Another choice of units and bytes. */
    seed: z.int().nonnegative().default(1),
    /** When it began (default: 30 minutes ago); it ends now. */
    startsAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine(({ units, share }) => (units === undefined) !== (share === undefined), {
    message: "Give either units or share.",
  });
type ScenarioInput = z.infer<typeof ScenarioInput>;

export interface AffectedUnits {
  readonly mailboxes: readonly { readonly id: string; readonly email: string }[];
  readonly drives: readonly {
    readonly id: string;
    readonly ownerId: string;
    readonly email: string;
  }[];
  readonly sites: readonly { readonly id: string; readonly webUrl: string }[];
}

export interface Strike {
  readonly input: ScenarioInput;
  readonly units: readonly { readonly container: Container; readonly name: string }[];
  readonly affected: AffectedUnits;
  /** Unix milliseconds. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Chooses units, runs `strike` as one journaled transaction and says what was hit. */
export function runScenario(
  engine: Engine,
  name: string,
  body: unknown,
  strike: (context: Context, strike: Strike) => void,
): { readonly affected: AffectedUnits; readonly at: string; readonly startedAt: string } {
  const input = ScenarioInput.parse(body);
  if (engine.world.estate.tenant(input.tenantId) === null) {
    throw new z.ZodError([
      { code: "custom", path: ["tenantId"], message: "The estate has no such tenant.", input },
    ]);
  }
  const entry = {
    kind: "scenario",
    tenantId: input.tenantId,
    method: "SCENARIO",
    path: name,
    appId: null,
    userId: null,
    requestId: null,
    clientRequestId: null,
  } as const;
  return engine.execute(entry, (context) => {
    const endsAt = context.now;
    const startsAt = Math.min(
      (input.startsAt === undefined ? null : parseInstant(input.startsAt)) ?? endsAt - 30 * 60_000,
      endsAt,
    );
    const chosen = chooseUnits(context, input);
    strike(context, { ...chosen, input, startsAt, endsAt });
    return {
      status: 200,
      code: null,
      affected: chosen.affected,
      at: new Date(endsAt).toISOString(),
      startedAt: new Date(startsAt).toISOString(),
    };
  });
}

/** The instant at which item `position` of `count` is hit: evenly spread over the window. */
export function instantOf(strike: Strike, position: number, count: number): number {
  const span = strike.endsAt - strike.startsAt;
  return strike.startsAt + Math.floor((span * (position + 1)) / Math.max(1, count));
}

function chooseUnits(context: Context, input: ScenarioInput): Pick<Strike, "units" | "affected"> {
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
  const rank = (kind: string, id: string) => fraction("scenario", input.seed, kind, id);
  const take = <T extends { readonly id: string }>(
    kind: string,
    list: readonly T[],
    count: number,
  ) => [...list].sort((a, b) => rank(kind, a.id) - rank(kind, b.id)).slice(0, count);
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
