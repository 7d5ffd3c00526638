import { openApiDocument, problemStatus, routes, type Route } from '../src/index.js';

type Node = Record<string, unknown>;
const document = openApiDocument(Object.values(routes), '1.2.3') as {
  paths: Record<string, Record<string, Node>>;
  components: { schemas: Record<string, Node> };
};

function refs(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(refs);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    key === '$ref' && typeof one === 'string' ? [one] : refs(one),
  );
}

describe('the OpenAPI document', () => {
  it('has one operation for every route, under its own id', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map((o) => o['operationId']),
    );
    expect([...ids].sort()).toEqual(Object.keys(routes).sort());
  });

  it('refers only to schemas that it holds', () => {
    for (const ref of refs(document)) {
      expect(Object.keys(document.components.schemas)).toContain(ref.replace('#/components/schemas/', ''));
    }
  });

  it('lists every parameter of a path', () => {
    for (const [path, operations] of Object.entries(document.paths)) {
      const named = [...path.matchAll(/\{([a-zA-Z]+)\}/g)].map(([, name]) => name);
      for (const operation of Object.values(operations)) {
        const parameters = (operation['parameters'] ?? []) as {
          name: string;
          in: string;
          required: boolean;
        }[];
        const inPath = parameters.filter((parameter) => parameter.in === 'path');
        expect(inPath.map(({ name }) => name)).toEqual(named);
        expect(inPath.every(({ required }) => required)).toBe(true);
      }
    }
  });

  it('asks for an access token where, and only where, the route does', () => {
    for (const route of Object.values(routes) as Route[]) {
      const path = route.path.replace(/:([A-Za-z]+)/g, '{$1}');
      const operation = document.paths[path]?.[route.method.toLowerCase()];
      expect(operation?.['security']).toEqual(route.access === 'public' ? [] : [{ accessToken: [] }]);
    }
  });

  it('answers with problems under their own status', () => {
    const responses = document.paths['/v1/sign-in']?.['post']?.['responses'] as Record<
      string,
      { description: string }
    >;
    expect(responses['401']?.description).toBe('sign_in_failed, code_required, code_wrong');
    expect(responses['429']?.description).toContain('too_many_attempts');
    for (const [status, { description }] of Object.entries(responses)) {
      if (Number(status) < 400) continue;
      for (const code of description.split(', ')) {
        expect(problemStatus[code as keyof typeof problemStatus]).toBe(Number(status));
      }
    }
  });

  it('says of an invitation what it can really end in: a password is set, none is guessed, but a code may be', () => {
    const responses = document.paths['/v1/sign-in/invitation']?.['post']?.['responses'];
    expect(JSON.stringify(responses)).not.toMatch(/sign_in_failed/);
    expect(JSON.stringify(responses)).toContain('invitation_invalid');
  });

  it('tells what a request may leave out from what an answer always has', () => {
    const role = document.components.schemas['NewRole'] as { required: string[]; properties: Node };
    expect(role.required).toContain('logins');
    expect(role.required).not.toContain('extensions');
    expect((document.components.schemas['User'] as { properties: Node }).properties).toHaveProperty('id');
  });
});
