import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { inBlocks, poolVerifier } from '@writ/issuance';
import { organizationIsOpen, type Changes } from '@writ/storage';
import type { Adapters } from './adapters.js';
import { inventoryMemory } from './access/inventory-memory.js';
import { actElsewhere } from './auth/act-elsewhere.js';
import { callerOf } from './auth/caller-of.js';
import type { Home, SignedInCaller } from './auth/signed-in-caller.js';
import { authorityMemory } from './certificates/authority-memory.js';
import type { Issuing } from './certificates/issuing.js';
import { keyOwnerMemory } from './certificates/key-owner-memory.js';
import { roleMemory } from './certificates/role-memory.js';
import { EnforcementStreams } from './enforcement/enforcement-streams.js';
import { enforcementTotals } from './enforcement/read-enforcement.js';
import { StatementIntake } from './enforcement/statement-intake.js';
import type { Doors } from './http/access.guard.js';
import { bundlesOfHosts } from './hosts/bundles-of-hosts.js';
import { HostPresence } from './hosts/host-presence.js';
import { revokedUserAuthorities } from './hosts/revoked-user-authorities.js';
import { WaitingHosts } from './hosts/waiting-hosts.js';
import { SharedTurns } from './revocations/shared-turns.js';
import { signedCutLists } from './trust/signed-cut-list.js';
import { signedKrls, type SignedKrls } from './trust/signed-krl.js';
import { publicOrganizations, type PublicOrganizations } from './trust/public-organization.js';
import { HoldingBack } from './service/holding-back.js';
import { krlShelf, type KrlShelf } from './trust/published-krl.js';
import { WaitingReaders } from './trust/waiting-readers.js';

/** How far valid-after is put before now: clocks of hosts may be behind (domain.md rule 6). */
const backdateSeconds = 60;

/** What runs in the background from the service's start to its end is begun and ended by Nest. */
type Background = OnApplicationBootstrap & OnModuleDestroy;

/** What the controllers of users, roles, access, keys, certificates, revocations, trust and events work with. */
export class ResourceServices implements Background {
  readonly store: Adapters['store'];
  readonly clock: Adapters['clock'];
  readonly random: Adapters['random'];
  readonly highWater: Adapters['highWater'];
  readonly issuing: Issuing;
  readonly krls: KrlShelf;
  readonly publicOrganizations: PublicOrganizations;
  readonly bundleKeys: Adapters['bundleKeys'];
  readonly authorityKeys: Adapters['authorityKeys'];
  readonly newId: Adapters['newId'];
  readonly hostTokenKey: Adapters['tokenKeys']['host'];
  readonly doors: Doors;
  readonly signedKrls: SignedKrls;
  readonly waitingHosts: WaitingHosts;
  readonly waitingReaders: WaitingReaders;
  readonly presence: HostPresence;
  readonly nonceKey: Adapters['tokenKeys']['nonce'];
  readonly silentAfter: Adapters['silentAfter'];
  readonly statements: StatementIntake;
  readonly turns: SharedTurns;
  readonly enforcementStreams: EnforcementStreams;
  readonly holdingBack: HoldingBack;
  private changes: Changes | undefined;

  constructor(private readonly adapters: Adapters) {
    const { store, clock, random, highWater, serials, signer, recorder } = adapters;
    this.store = store;
    this.clock = clock;
    this.random = random;
    this.highWater = highWater;
    this.issuing = {
      ports: {
        clock,
        randomBytes: inBlocks(random),
        serials,
        signer,
        recorder,
        verify: poolVerifier(),
        backdateSeconds,
      },
      store,
      clock,
      roles: roleMemory(store),
      keyOwners: keyOwnerMemory(store),
      authorities: authorityMemory(store),
      inventories: inventoryMemory({ store, clock }),
      refresh: async (caller) => {
        if (caller.authentication.sessionId === null) return caller;
        const current = await refreshed(adapters, caller.home, caller.authentication.sessionId);
        return caller.outside === null
          ? current
          : this.doors.actElsewhere(current, caller.organizationHandle);
      },
    };
    this.krls = krlShelf(store, highWater);
    this.waitingReaders = new WaitingReaders(this.krls);
    this.publicOrganizations = publicOrganizations(store);
    this.doors = {
      actElsewhere: (caller, organization) => actElsewhere(this, caller, organization),
      isOpen: (organization) => store.unscoped((tx) => organizationIsOpen(tx, organization)),
    };
    this.bundleKeys = adapters.bundleKeys;
    this.authorityKeys = adapters.authorityKeys;
    this.newId = adapters.newId;
    this.hostTokenKey = adapters.tokenKeys.host;
    this.signedKrls = signedKrls(this);
    this.waitingHosts = new WaitingHosts({
      clock,
      bundles: (organizationId, wanted) => bundlesOfHosts(this, organizationId, wanted, adapters.newId()),
      krl: this.signedKrls,
      cut: signedCutLists(this),
      revokedAuthorities: (organizationId) => revokedUserAuthorities(store, organizationId),
      hears: () => this.changes?.hears() ?? false,
    });
    // Who waits asks again, and is told.
    this.holdingBack = new HoldingBack({ store, highWater }, () => {
      this.waitingHosts.close();
      this.waitingReaders.close();
      this.enforcementStreams.close();
    });
    this.presence = new HostPresence({ store, clock, held: () => this.waitingHosts.held() });
    this.nonceKey = adapters.tokenKeys.nonce;
    this.silentAfter = adapters.silentAfter;
    this.turns = new SharedTurns({ store, clock, highWater });
    this.statements = new StatementIntake({ store, clock });
    this.enforcementStreams = new EnforcementStreams({
      totals: (organizationId, version) => enforcementTotals(this, organizationId, version),
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.holdingBack.look();
    this.changes = this.adapters.changes((change) => {
      if (change.kind === 'held') return this.holdingBack.begin();
      // What was there before the database was away need not be there after it. Where it is away still, it is said again.
      if (change.kind === 'anything') void this.holdingBack.look().catch(() => undefined);
      // The high-water file learns of what other processes publish, too.
      if (change.kind === 'krl') void this.krls.current(change.organizationId).catch(() => undefined);
      this.waitingHosts.changed(change);
      this.waitingReaders.changed(change);
      this.enforcementStreams.changed(change);
    });
    this.presence.start();
  }

  /** Before the server stops listening, which would wait for those that are held. */
  async onModuleDestroy(): Promise<void> {
    this.enforcementStreams.close();
    await this.presence.close();
    this.waitingHosts.close();
    this.waitingReaders.close();
    await this.changes?.close();
  }
}

/** The caller of a session as the database says it now, at home. */
async function refreshed(
  { sessions, clock }: Adapters,
  { organizationHandle }: Home,
  sessionId: string,
): Promise<SignedInCaller> {
  return callerOf(await sessions.find(organizationHandle, sessionId), organizationHandle, clock());
}
