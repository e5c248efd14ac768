-- Filters of the list of tasks under a name; shared ones are seen by all. The filters are JSON, as the address has them.
CREATE TABLE "saved_views" (
  "id" TEXT NOT NULL PRIMARY KEY,
  "owner" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "filters" TEXT NOT NULL,
  "shared" BOOLEAN NOT NULL DEFAULT false,
  "created_at" BIGINT NOT NULL,
  "updated_at" BIGINT NOT NULL
);
CREATE UNIQUE INDEX "saved_views_name" ON "saved_views"("owner", "name");
CREATE INDEX "saved_views_shared" ON "saved_views"("name", "id") WHERE "shared";

-- What the list opens with, one a person.
CREATE TABLE "view_defaults" (
  "owner" TEXT NOT NULL PRIMARY KEY,
  "view_id" TEXT NOT NULL
);
CREATE INDEX "view_defaults_view" ON "view_defaults"("view_id");
