import { mayAdminister } from '../src/index.js';
import { ana } from './given.js';

const { organizationId } = ana;
const by = (...permissions: string[]) => ({ caller: { ...ana, permissions: new Set(permissions) } });
const about = (...permissions: string[]) => ({ organizationId, permissions: new Set(permissions) });

describe('who may administer', () => {
  it('whoever may, and holds everything that it is about', () => {
    expect(mayAdminister(by('user.grant', 'user.read'), about('user.read'))).toEqual({
      allowed: true,
      exception: null,
    });
  });

  it('nobody else, with every reason', () => {
    const judgement = mayAdminister(by('user.read'), {
      ...about('user.reset', 'event.read', 'user.read'),
      organizationId: 'another',
    });
    expect(judgement).toEqual({
      allowed: false,
      failures: [
        { rule: 'permission_missing', message: 'This takes the permission user.grant.' },
        expect.objectContaining({ rule: 'of_another_organization' }),
        { rule: 'right_not_held', message: 'This is about what you do not hold: event.read, user.reset.' },
      ],
    });
  });
});
