-- A view belongs to a member or a token, whatever it is called by now: names of those who left go to others.
ALTER TABLE "saved_views" ADD COLUMN "owner_name" TEXT NOT NULL DEFAULT '';
UPDATE "saved_views" SET "owner_name" = "owner", "owner" = 'name:' || "owner";
UPDATE "view_defaults" SET "owner" = 'name:' || "owner";
