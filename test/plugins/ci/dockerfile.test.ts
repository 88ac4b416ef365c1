import fc from 'fast-check';
import { testCheck } from 'scanrun/testing';
import { expect, it } from 'vitest';
import baseImage from '../../../plugins/ci/checks/dockerfile-base-image.js';
import secrets from '../../../plugins/ci/checks/dockerfile-secrets.js';
import user from '../../../plugins/ci/checks/dockerfile-user.js';
import { fill, stagesOf } from '../../../plugins/ci/dockerfile.js';

const DIGEST = `@sha256:${'0a'.repeat(32)}`;

/** Files that no check of Dockerfiles may break on. */
const HOSTILE = [
  { name: 'binary', files: { Dockerfile: new Uint8Array([70, 0]) }, outcome: 'degraded' as const },
  {
    name: 'too long',
    files: { Dockerfile: `FROM a:1${DIGEST}\nUSER x\n# ${'x'.repeat(500_000)}` },
    outcome: 'degraded' as const,
  },
  { name: 'no Dockerfile', files: { 'Dockerfile.md': 'FROM x', 'Dockerfile.j2': 'FROM {{ x }}', 'a.txt': 'FROM x' } },
  {
    name: 'odd instructions',
    files: { Dockerfile: `FROM a:1${DIGEST}\nUSER x\nENV\nARG\nCOPY\nADD x\nRUN <<EOF\nFROM nothing\nEOF\n\\\n` },
  },
];

it('finds bases that are another one tomorrow', async () => {
  await testCheck(baseImage, {
    passes: [
      {
        name: 'digests, stages, scratch and what is given later',
        files: {
          Dockerfile: `ARG BASE\nFROM node:22${DIGEST} AS Build\nFROM --platform=linux/amd64 build AS b\nFROM scratch\nFROM $BASE\nFROM b\n`,
        },
      },
      {
        name: 'versions are enough',
        files: { 'docker/api.Dockerfile': 'FROM registry.local:5000/node:22-alpine\n' },
        options: { digest: false },
      },
      ...HOSTILE,
    ],
    fails: [
      {
        name: 'latest, no tag, no digest, a default that is latest',
        files: {
          Dockerfile: 'ARG V=latest\nFROM node:${V}\nFROM localhost:5000/a/node\nFROM node:22\nfrom node:latest as x\n',
        },
        findings: [
          {
            messageId: 'latest',
            path: 'Dockerfile',
            startLine: 2,
            severity: 'warning',
            message: 'node:latest is whatever is newest on the day of the build; name a version.',
          },
          { messageId: 'noTag', startLine: 3, data: { image: 'localhost:5000/a/node' } },
          { messageId: 'notPinned', startLine: 4, severity: 'note' },
          { messageId: 'latest', startLine: 5 },
        ],
      },
      {
        name: 'nothing to start from',
        files: { Containerfile: 'RUN x\n' },
        findings: [{ messageId: 'noBase', severity: 'error' }],
      },
    ],
    refuses: [{ digest: 'yes' }],
  });
});

it('finds images that run as root', async () => {
  await testCheck(user, {
    passes: [
      { files: { Dockerfile: 'FROM node:22\nUSER root\nRUN x\nUSER node\n' } },
      {
        name: 'by a variable, by a stage, by a number',
        files: {
          Dockerfile: 'FROM node:22 AS base\nENV USER node\nUSER $USER\nFROM base\n',
          'b.Dockerfile': 'FROM a:1\nUSER 1000:0\n',
          'Dockerfile.c': 'FROM a:1\nARG U\nUSER $U\n',
        },
      },
      {
        name: 'bases with a user of their own',
        files: {
          Dockerfile: 'FROM gcr.io/distroless/nodejs22:nonroot\n',
          'b.Dockerfile': 'FROM nginxinc/nginx-unprivileged:1\n',
          'c.Dockerfile': 'FROM ${BASE}\n',
        },
      },
      {
        name: 'only the last stage runs',
        files: { Dockerfile: 'FROM node:22 AS build\nRUN x\nFROM node:22\nUSER node\n' },
      },
      ...HOSTILE,
      { files: { Containerfile: 'RUN x\n' } },
    ],
    fails: [
      {
        name: 'no user, root by name and by number',
        files: {
          Dockerfile: 'FROM node:22\nUSER node\nFROM node:22\n',
          'b.Dockerfile': 'FROM a:1\nUSER root:root\n',
          'c.Dockerfile': 'FROM a:1 AS x\nUSER 0\nFROM x\n',
        },
        findings: [
          { messageId: 'noUser', path: 'Dockerfile', startLine: 3, severity: 'warning', data: { image: 'node:22' } },
          {
            messageId: 'root',
            path: 'b.Dockerfile',
            startLine: 2,
            message: 'The image runs as root: USER root:root is the last one.',
          },
          { messageId: 'root', path: 'c.Dockerfile', startLine: 2 },
        ],
      },
    ],
  });
});

it('finds secrets that become part of an image', async () => {
  await testCheck(secrets, {
    passes: [
      {
        name: 'what is mounted, empty, a path, a number, an example, or of another stage',
        files: {
          Dockerfile:
            'FROM a:1 AS b\nRUN --mount=type=secret,id=npmrc npm ci\nENV DB_PASSWORD= TOKEN_TTL=3600 API_KEY_FILE=/run/secrets/x JWT_SECRET="/run/secrets/y" USE_TOKEN=false\nCOPY .env.example package.json ./\nFROM b\nCOPY --from=b /app/.env /x\nENV NODE_ENV=production KEY=x\n',
        },
      },
      ...HOSTILE,
    ],
    fails: [
      {
        name: 'variables and files',
        files: {
          Dockerfile:
            'FROM a:1\nARG NPM_TOKEN\nENV NPM_TOKEN=$NPM_TOKEN A=b\nENV DB_PASSWORD correct-horse\nARG GITHUB_TOKEN=abcd1234\nCOPY .env id_rsa /app/\nADD ["certs/server.key", "/x"]\n',
        },
        findings: [
          { messageId: 'arg', path: 'Dockerfile', startLine: 2, severity: 'warning' },
          {
            messageId: 'env',
            startLine: 3,
            severity: 'error',
            message: 'ENV NPM_TOKEN keeps a secret in the image: whoever pulls it can read it.',
          },
          { messageId: 'env', startLine: 4, data: { name: 'DB_PASSWORD' } },
          { messageId: 'arg', startLine: 5 },
          { messageId: 'copy', startLine: 6, data: { file: '.env' } },
          { messageId: 'copy', startLine: 6, data: { file: 'id_rsa' } },
          { messageId: 'copy', startLine: 7, data: { file: 'certs/server.key' } },
        ],
      },
    ],
  });
});

it('reads any text, and fills in variables as Docker does', async () => {
  const line = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      'FROM a',
      'FROM a AS b',
      'USER x',
      'ENV A=b',
      'ENV A b',
      'ARG A',
      'COPY a b',
      'RUN <<E',
      '\\',
      '#',
      'ADD ["a","b"]',
      'FROM',
      'ONBUILD USER x',
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
      const text = lines.join('\n');
      const file = { type: 'file', path: 'Dockerfile', text, sizeBytes: text.length };
      const stages = await stagesOf(file as never, { degraded: () => {} });
      for (const { location } of stages ?? []) expect(location.startLine).toBeLessThanOrEqual(text.split('\n').length);
    }),
  );
  const values = new Map([
    ['A', 'x'],
    ['E', ''],
  ]);
  expect(
    ['$A', '${A}', '${B:-y}', '${B}', '$B', '${E:-z}', 'a$A.b', '${A:-y}'].map((text) => fill(text, values)),
  ).toEqual(['x', 'x', 'y', '${B}', '$B', 'z', 'ax.b', 'x']);
});
