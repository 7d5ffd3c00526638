import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_FILTER, APP_GUARD } from '@nestjs/core';
import { routes, type Route } from '@writ/contract';
import { systemClock } from '@writ/kernel';
import { LocalSigner, type KeyEncryptionKey } from '@writ/signer';
import {
  blockSerials,
  connectionPool,
  findInstallation,
  findSealedKey,
  followChanges,
  groupRecorder,
  openScoped,
  sessionStates,
  type Database,
  type HighWater,
} from '@writ/storage';
import { randomBytes, randomUUID } from 'node:crypto';
import type { Adapters } from './adapters.js';
import { sealedAuthorityKeys } from './authorities/authority-keys.js';
import { bearerStrategy } from './auth/bearer.strategy.js';
import { keyStrategy } from './auth/key.strategy.js';
import { localStrategy } from './auth/local.strategy.js';
import { Passwords } from './auth/passwords.js';
import { SessionController } from './auth/session.controller.js';
import { SessionServices } from './auth/session-services.js';
import { Strategies } from './auth/strategies.js';
import { openTokenKeys } from './auth/token-key.js';
import { sealedBundleKeys } from './hosts/bundle-keys.js';
import { hostStrategy } from './hosts/host-token.js';
import { SecondFactorController } from './second-factor/second-factor.controller.js';
import { sealedSecondFactors } from './second-factor/secrets.js';
import { noExtension, type Extension } from './extension.js';
import { AccessGuard } from './http/access.guard.js';
import { HoldingBackGuard } from './http/holding-back.guard.js';
import { InputGuard } from './http/input.guard.js';
import { methodsAt } from './http/methods-at.js';
import { ProblemFilter } from './http/problem.filter.js';
import { storeReady } from './service/store-ready.js';
import { localSignerReady } from './service/local-signer-ready.js';
import { serviceRoutes } from './http/service-routes.js';
import { OrganizationsController } from './organizations/organizations.controller.js';
import { resourceControllers } from './resource-controllers.js';
import { ResourceServices } from './resource-services.js';
import { ServiceDescription } from './service/description.js';
import { DocsController } from './service/docs.controller.js';
import { HealthController } from './service/health.controller.js';
import { Readiness } from './service/readiness.js';
import { version } from './version.js';

/** Every route of the service. */
export const allRoutes: readonly Route[] = [...Object.values(routes), ...Object.values(serviceRoutes)];

const controllers: readonly Type[] = [
  SessionController,
  SecondFactorController,
  OrganizationsController,
  HealthController,
  DocsController,
  ...resourceControllers,
];

/** What the adapters are opened from. */
export interface Foundation {
  readonly database: Database;
  readonly highWater: HighWater;
  /** Opens what this installation keeps sealed. */
  readonly key: KeyEncryptionKey;
  /** As `Config` has it. */
  readonly hostSilentSeconds: number;
}

/** The adapters, and how to close them when the service has stopped. */
export interface OpenAdapters extends Adapters {
  close(): Promise<void>;
}

/**
 * Connects every port with its adapter. Ends in `not_initialized`, `storage_unavailable`, and the codes of opening a
 * sealed record.
 */
export async function openAdapters({
  database,
  highWater,
  key,
  hostSilentSeconds,
}: Foundation): Promise<OpenAdapters> {
  const store = openScoped({ connection: database.connection('app') });
  const sessions = sessionStates({ connection: database.connection('app') });
  const recorder = groupRecorder({ connection: database.connection('recorder') });
  const pool = connectionPool(database.connection('app'), 'writ serials');
  const serials = blockSerials({ pool, highWater });
  const close = async (): Promise<void> => {
    await recorder.close();
    await serials.close();
    await Promise.all([pool.end(), sessions.close(), store.close()]);
  };
  try {
    const tokenKeys = openTokenKeys(key, await store.unscoped(findInstallation));
    const signer = new LocalSigner(key, ({ id, organizationId }) =>
      store.within([organizationId], (tx) => findSealedKey(tx, id)),
    );
    const ambient = { clock: systemClock, random: randomBytes, newId: randomUUID };
    const signerReady = localSignerReady(store, key);
    return {
      ...ambient,
      store,
      sessions,
      recorder,
      recorderReady: () => recorder.ready(),
      serials,
      signer,
      signerReady,
      highWater,
      tokenKeys,
      passwords: new Passwords(),
      bundleKeys: sealedBundleKeys(key),
      authorityKeys: sealedAuthorityKeys(key),
      secondFactors: sealedSecondFactors(key),
      silentAfter: hostSilentSeconds * 1_000,
      changes: (onChange) => followChanges({ connection: database.connection('app'), store, onChange }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

@Module({})
export class AppModule {
  /** The application over open adapters. */
  static over(adapters: Adapters, extension: Extension = noExtension): DynamicModule {
    const served = [...allRoutes, ...extension.routes];
    const resources = new ResourceServices(adapters);
    return {
      module: AppModule,
      controllers: [...controllers, ...extension.controllers],
      providers: [
        ...sessionProviders(adapters, resources),
        ...serviceProviders(adapters, served),
        { provide: ResourceServices, useValue: resources },
      ],
    };
  }
}

function sessionProviders(adapters: Adapters, resources: ResourceServices): Provider[] {
  const { store, clock, random, sessions, tokenKeys, newId, secondFactors, highWater, passwords } = adapters;
  const auth = { store, clock, random, keys: tokenKeys, newId, secondFactors, highWater, passwords };
  const strategies = new Strategies({
    bearer: bearerStrategy({ sessions, clock, key: tokenKeys.access }),
    local: localStrategy(auth),
    key: keyStrategy(auth),
    host: hostStrategy({ clock, key: tokenKeys.host }),
  });
  return [
    { provide: Strategies, useValue: strategies },
    { provide: SessionServices, useValue: new SessionServices(auth, strategies) },
    // In this order: who may not come in learns nothing about what a request should look like.
    { provide: APP_GUARD, useValue: new HoldingBackGuard(resources.holdingBack) },
    { provide: APP_GUARD, useValue: new AccessGuard(strategies, resources.doors) },
    { provide: APP_GUARD, useValue: new InputGuard() },
  ];
}

function serviceProviders(adapters: Adapters, served: readonly Route[]): Provider[] {
  const { store, recorderReady, signerReady, highWater } = adapters;
  const parts = [storeReady(store), recorderReady, signerReady, () => highWater.ready()];
  return [
    { provide: Readiness, useValue: new Readiness(parts) },
    { provide: ServiceDescription, useValue: new ServiceDescription(served, version) },
    { provide: APP_FILTER, useValue: new ProblemFilter(methodsAt(served), store) },
  ];
}
