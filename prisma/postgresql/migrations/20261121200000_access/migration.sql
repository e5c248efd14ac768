-- Members, the links that make them, sign-ins, and tokens that end and are replaced.
CREATE TABLE "members" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "login" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "role" TEXT NOT NULL,
  "password_hash" TEXT,
  "issuer" TEXT,
  "subject" TEXT,
  "created_at" BIGINT NOT NULL,
  "signed_in_at" BIGINT,
  "removed_at" BIGINT,
  CONSTRAINT "members_role" CHECK ("role" IN ('viewer','operator','admin')),
  CONSTRAINT "members_subject" CHECK (("issuer" IS NULL) = ("subject" IS NULL))
);
-- Who was removed leaves the names to others.
CREATE UNIQUE INDEX "members_login" ON "members"("login") WHERE "removed_at" IS NULL;
CREATE UNIQUE INDEX "members_name" ON "members"("name") WHERE "removed_at" IS NULL;
CREATE UNIQUE INDEX "members_identity" ON "members"("issuer", "subject") WHERE "removed_at" IS NULL AND "subject" IS NOT NULL;
CREATE INDEX "members_created" ON "members"("created_at", "id");

-- Links that open once: for the first admin, for an invited member, for a new password.
CREATE TABLE "access_links" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "kind" TEXT NOT NULL,
  "hash" TEXT NOT NULL,
  "role" TEXT,
  "member_id" TEXT,
  "name" TEXT,
  "created_by" TEXT NOT NULL,
  "created_at" BIGINT NOT NULL,
  "expires_at" BIGINT NOT NULL,
  "used_at" BIGINT,
  "revoked_at" BIGINT,
  CONSTRAINT "access_links_kind" CHECK ("kind" IN ('setup','invitation','reset')),
  CONSTRAINT "access_links_role" CHECK (("kind" = 'invitation') = ("role" IS NOT NULL) AND ("role" IS NULL OR "role" IN ('viewer','operator','admin'))),
  CONSTRAINT "access_links_member" CHECK (("kind" = 'reset') = ("member_id" IS NOT NULL)),
  CONSTRAINT "access_links_member_id_fkey" FOREIGN KEY ("member_id") REFERENCES "members"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "access_links_hash_key" ON "access_links"("hash");
CREATE INDEX "access_links_created" ON "access_links"("created_at", "id");

-- Tries to sign in, by account and by address: whoever guesses waits, on whatever instance.
CREATE TABLE "sign_in_tries" (
  "key" TEXT NOT NULL PRIMARY KEY,
  "tries" INTEGER NOT NULL,
  "since" BIGINT NOT NULL,
  "blocked_until" BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX "sign_in_tries_since" ON "sign_in_tries"("since");

ALTER TABLE "tokens" ADD COLUMN "family_id" TEXT;
ALTER TABLE "tokens" ADD COLUMN "created_by" TEXT;
ALTER TABLE "tokens" ADD COLUMN "expires_at" BIGINT;
ALTER TABLE "tokens" ADD COLUMN "last_used_at" BIGINT;
ALTER TABLE "tokens" ADD COLUMN "replaced_by" TEXT;

-- A browser is signed in by a member or by a token; its row goes when it signs out.
CREATE TABLE "sign_ins" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "hash" TEXT NOT NULL,
  "member_id" TEXT,
  "token_id" TEXT,
  "address" TEXT,
  "agent" TEXT,
  "created_at" BIGINT NOT NULL,
  "seen_at" BIGINT NOT NULL,
  "expires_at" BIGINT NOT NULL,
  CONSTRAINT "sign_ins_owner" CHECK (("member_id" IS NULL) <> ("token_id" IS NULL)),
  CONSTRAINT "sign_ins_member_id_fkey" FOREIGN KEY ("member_id") REFERENCES "members"("id") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "sign_ins_token_id_fkey" FOREIGN KEY ("token_id") REFERENCES "tokens"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "sign_ins_hash_key" ON "sign_ins"("hash");
CREATE INDEX "sign_ins_member" ON "sign_ins"("member_id");
CREATE INDEX "sign_ins_created" ON "sign_ins"("created_at", "id");
INSERT INTO "sign_ins" ("id", "hash", "token_id", "created_at", "seen_at", "expires_at")
  SELECT "id", "id", "token_id", "created_at", "created_at", "expires_at" FROM "web_sessions";
DROP TABLE "web_sessions";
