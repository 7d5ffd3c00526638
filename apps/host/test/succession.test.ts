import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeKey } from './keys.js';
import { Machine } from './machine.js';
import { installed, type Shell, shells } from './toolbox.js';

const here = installed(shells);
const shell: Shell = here[0] ?? 'dash';

/** Announces a new key, and lets the host hear of it. */
async function announced(machine: Machine, name: string): Promise<void> {
  machine.service.nextBundleKey = makeKey(machine.directory, name);
  machine.service.version += 1;
  expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
}

/** From now on the announced key signs. */
function activate({ service }: Machine): void {
  service.bundleKey = service.nextBundleKey ?? service.bundleKey;
  service.nextBundleKey = undefined;
  service.version += 1;
}

describe.each(process.env['WRIT_HOST_TESTS'] === 'all' ? here : [shell])(
  'in %s, the key that signs bundles',
  (inShell) => {
    let machine: Machine;
    beforeAll(async () => {
      machine = await (await Machine.start({ shell: inShell })).joined();
    });
    afterAll(() => machine.stop());
    const lastReport = () => machine.service.reports.at(-1)?.['bundleKeys'];

    it('is followed by the one that it announced, and then believed no more', async () => {
      const { service } = machine;
      const first = service.bundleKey;
      expect(lastReport()).toEqual([first.fingerprint]);
      await announced(machine, 'second');
      const second = service.nextBundleKey;
      expect(lastReport()).toEqual([first.fingerprint, second?.fingerprint]);
      activate(machine);
      service.principals = { [machine.login]: ['second'] };
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.logsIn('second')).toBe(true);
      expect(lastReport()).toEqual([second?.fingerprint]);
      service.bundleKey = first;
      service.version += 1;
      const said = await machine.run(['sync']);
      expect(said.status).toBe(7);
      expect(said.stderr).toContain('(bundle_key_unknown)');
      if (second !== undefined) service.bundleKey = second;
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    });

    it('is fetched anew where what is kept of it was damaged, and where that is another one by now, a way out is named', async () => {
      const { service, state } = machine;
      const signers = machine.read('bundle_signers');
      const file = join(state, 'bundle_signers');
      const noise = 'no line of ours\n'.repeat(100_000);
      for (const damaged of [signers.slice(0, 60), signers + noise]) {
        writeFileSync(file, damaged);
        service.krlVersion += 1;
        expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
        expect(machine.read('bundle_signers')).toBe(signers);
      }
      const real = service.bundleKey;
      service.bundleKey = makeKey(machine.directory, 'another');
      writeFileSync(file, noise);
      const said = await machine.run(['sync']);
      expect(said.status).toBe(7);
      expect(said.stderr).toMatch(/ trust --bundle-key .*\(bundle_key_wrong\)/);
      service.bundleKey = real;
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(machine.read('bundle_signers')).toBe(signers);
    });

    it('can take an announcement back', async () => {
      await announced(machine, 'withdrawn');
      const withdrawn = machine.service.nextBundleKey;
      // Who names the one that signs takes nothing back.
      const current = machine.service.bundleKey.fingerprint;
      expect(await machine.run(['trust', '--bundle-key', current])).toMatchObject({ status: 0, stderr: '' });
      expect(machine.read('bundle_signers')).toContain(withdrawn?.line);
      machine.service.nextBundleKey = undefined;
      machine.service.version += 1;
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(lastReport()).toEqual([machine.service.bundleKey.fingerprint]);
      expect(machine.read('bundle_signers')).not.toContain(withdrawn?.line);
    });

    it('is not followed by one that a stranger announces', async () => {
      const { service } = machine;
      const signers = machine.read('bundle_signers');
      const real = service.bundleKey;
      const forger = makeKey(machine.directory, 'forger');
      service.bundleKey = service.nextBundleKey = forger;
      service.version += 1;
      expect((await machine.run(['sync'])).status).toBe(7);
      expect(machine.read('bundle_signers')).toBe(signers);
      // Nor where the announcement is put into a bundle that the real one signed.
      service.bundleKey = real;
      service.nextBundleKey = undefined;
      service.bundleInstead = (bundle) =>
        Buffer.from(bundle.toString().replace(/^end\n/m, `end\n${forger.line} forged\n`));
      const said = await machine.run(['sync']);
      expect(said.stderr).toContain('(bundle_signature_wrong)');
      expect(machine.read('bundle_signers')).toBe(signers);
      service.bundleInstead = undefined;
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
    });

    it('that was replaced while the host was away is believed when a person names it, and no other', async () => {
      const { service } = machine;
      service.bundleKey = makeKey(machine.directory, 'third');
      service.version += 1;
      service.principals = { [machine.login]: ['third'] };
      const said = await machine.run(['sync']);
      expect(said.status).toBe(7);
      expect(said.stderr).toContain(`writ-host trust --bundle-key ${service.bundleKey.fingerprint}`);
      expect(await machine.logsIn('second')).toBe(true);
      const wrong = await machine.run(['trust', '--bundle-key', service.userAuthority.fingerprint]);
      expect(wrong.status).toBe(7);
      expect(wrong.stderr).toContain('(bundle_key_wrong)');
      expect((await machine.run(['trust', '--bundle-key', 'yes'])).status).toBe(2);
      const trusting = await machine.run(['trust', '--bundle-key', service.bundleKey.fingerprint]);
      expect(trusting).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.logsIn('third')).toBe(true);
    });

    it('is announced by a sync that is killed, and the next one finishes', async () => {
      machine.service.nextBundleKey = makeKey(machine.directory, 'fourth');
      machine.service.version += 1;
      const stop = { WRIT_HOST_STOP_AFTER: 'signers-kept' };
      expect(await machine.run(['sync'], '', stop)).toMatchObject({ signal: 'SIGKILL' });
      activate(machine);
      expect(await machine.run(['sync'])).toMatchObject({ status: 0, stderr: '' });
      expect(await machine.logsIn('third')).toBe(true);
      expect((await machine.run(['status'])).status).toBe(0);
    });
  },
);

it('a token that was made before the key was replaced joins nobody, and says why', async () => {
  const machine = await Machine.start({ shell });
  const { token } = machine.service;
  machine.service.bundleKey = makeKey(machine.directory, 'second');
  const said = await machine.join([], token);
  expect(said.status).toBe(7);
  expect(said.stderr).toContain('made before the key was replaced, ask for a new one');
  expect(machine.service.requests).toEqual(['GET /trust/bundle-key.pub']);
  expect(await machine.join()).toMatchObject({ status: 0, stderr: '' });
  await machine.stop();
});
