BEGIN TRANSACTION;
CREATE TABLE ack_errors (
	ack INTEGER NOT NULL, 
	position INTEGER NOT NULL, 
	segment TEXT NOT NULL, 
	element TEXT NOT NULL, 
	value TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	sku TEXT, 
	FOREIGN KEY(ack) REFERENCES acks (id)
);
CREATE TABLE acks (
	id INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	document INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	"set" TEXT NOT NULL, 
	verdict TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(file) REFERENCES files (id), 
	FOREIGN KEY(document) REFERENCES outbox (id)
);
CREATE TABLE conditions (kind TEXT NOT NULL, subject TEXT NOT NULL, raised_at TEXT NOT NULL, merchant TEXT, since TEXT, PRIMARY KEY (kind, subject));
INSERT INTO "conditions" VALUES('failed','cart acme/front','2026-11-20T12:00:00.000000Z',NULL,NULL);
CREATE TABLE files (
	id INTEGER NOT NULL, 
	feed TEXT NOT NULL, 
	merchant TEXT, 
	kind TEXT NOT NULL, 
	feed_name TEXT NOT NULL, 
	remote TEXT NOT NULL, 
	path TEXT NOT NULL, 
	name TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	modified TEXT NOT NULL, 
	sha256 TEXT NOT NULL, 
	as_of TEXT, 
	received_at TEXT NOT NULL, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	warnings TEXT NOT NULL, 
	rows INTEGER NOT NULL, 
	applied INTEGER NOT NULL, 
	older INTEGER NOT NULL, 
	duplicate INTEGER NOT NULL, 
	ignored INTEGER NOT NULL, 
	rejected INTEGER NOT NULL, 
	after_done BOOLEAN NOT NULL, 
	answer_due BOOLEAN NOT NULL, 
	reading TEXT NOT NULL, 
	PRIMARY KEY (id), 
	CONSTRAINT every_row_is_in_one_bucket CHECK (rows = applied + older + duplicate + ignored + rejected)
);
INSERT INTO "files" VALUES(1,'acme/inventory/inventory','acme','inventory','inventory','wms','INV_1.csv','INV_1.csv',67,'2025-11-20T09:13:20.000000Z','0d656f26f01ea3c607a4d6e8d5c84e5d239abfdcb6d37caa5d1df8acc5a4c27e','2025-11-20T09:00:00.000000Z','2025-11-20T12:00:00.000000Z','applied','','',2,1,0,0,0,1,1,0,'fa15f1bff97b5de6');
INSERT INTO "files" VALUES(2,'acme/orders/web','acme','orders','web','shop','orders/1.csv','1.csv',61,'2025-11-20T12:00:00.000000Z','37467522f449a17d4c1c8d4313a1afc73c0b380c6a9cedb712c2db5faea5c75f',NULL,'2025-11-20T13:00:00.000000Z','applied','','',1,1,0,0,0,0,1,0,'6fc2b6b5341342a7');
INSERT INTO "files" VALUES(3,'acme/inventory/inventory','acme','inventory','inventory','wms','INV_2.csv','INV_2.csv',64,'2025-11-20T12:16:40.000000Z','9b5cf0d2133bcb8b0a31961dfa7d9ba199c458c8a8d7ff528620c30ce7ea4db9','2025-11-20T12:00:00.000000Z','2025-11-20T14:00:00.000000Z','applied','','',2,2,0,0,0,0,1,0,'fa15f1bff97b5de6');
CREATE TABLE heartbeats (process TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (process));
CREATE TABLE holds (
	id INTEGER NOT NULL, 
	file INTEGER, 
	merchant TEXT, 
	cart TEXT, 
	status TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	movers TEXT NOT NULL, 
	created_at TEXT NOT NULL, 
	decided_at TEXT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(file) REFERENCES files (id)
);
CREATE TABLE intakes (
	merchant TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	file INTEGER NOT NULL, 
	reported BOOLEAN NOT NULL, 
	recorded_at TEXT NOT NULL, 
	PRIMARY KEY (merchant, seq), 
	FOREIGN KEY(file) REFERENCES files (id)
);
INSERT INTO "intakes" VALUES('acme',1,1,1,'2025-11-20T12:00:00.000000Z');
INSERT INTO "intakes" VALUES('acme',2,2,0,'2025-11-20T13:00:00.000000Z');
INSERT INTO "intakes" VALUES('acme',3,3,1,'2025-11-20T14:00:00.000000Z');
CREATE TABLE locks (
	name TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	expires_at TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE notices (id INTEGER NOT NULL, route TEXT NOT NULL, turn TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, merchant TEXT, text TEXT NOT NULL, since TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (id));
INSERT INTO "notices" VALUES(1,'ops','begun','failed','cart acme/front','acme','no answer','2026-11-20T12:00:00.000000Z','2026-11-20T12:00:00.000000Z');
CREATE TABLE numbers (
	series TEXT NOT NULL, 
	last INTEGER NOT NULL, 
	PRIMARY KEY (series)
);
INSERT INTO "numbers" VALUES('cart acme/front',2);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	run INTEGER, 
	file INTEGER, 
	part INTEGER NOT NULL, 
	merchant TEXT, 
	cart TEXT, 
	remote TEXT NOT NULL, 
	folder TEXT NOT NULL, 
	name TEXT NOT NULL, 
	series TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	sha256 TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	lines INTEGER NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	settled_at TEXT, 
	ack_due TEXT, 
	ack TEXT, 
	PRIMARY KEY (id), 
	CONSTRAINT a_document_of_a_run_or_an_answer CHECK ((run IS NULL) <> (file IS NULL)), 
	FOREIGN KEY(run) REFERENCES runs (id), 
	FOREIGN KEY(file) REFERENCES files (id)
);
INSERT INTO "outbox" VALUES(1,1,NULL,1,'acme','front','shop','front','front_0001.csv','cart acme/front',1,'74b744b856004c5cbb35adb08f7d45e061aa349a7cf0ce3e19f40bc52a91c090',18,1,'settled',1,'2025-11-20T12:00:00.000000Z',NULL,NULL);
INSERT INTO "outbox" VALUES(2,3,NULL,1,'acme','front','shop','front','front_0002.csv','cart acme/front',2,'1fff2b68dd9c50b13103c29153e129ca99b36e1cc1eeab88b8e50fefb8b83f93',21,2,'settled',1,'2025-11-20T14:00:00.000000Z',NULL,NULL);
CREATE TABLE oversold (merchant TEXT NOT NULL, seq INTEGER NOT NULL, skus INTEGER NOT NULL, worst TEXT NOT NULL, since TEXT, reading TEXT NOT NULL, PRIMARY KEY (merchant));
INSERT INTO "oversold" VALUES('acme',3,1,'[["A", -2]]','2026-11-20T12:00:00.000000Z','0123456789abcdef');
CREATE TABLE rejects (
	file INTEGER NOT NULL, 
	line INTEGER NOT NULL, 
	"column" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	sku TEXT, 
	merchant TEXT, 
	FOREIGN KEY(file) REFERENCES files (id)
);
INSERT INTO "rejects" VALUES(1,3,'QTY','n/a','not a whole number','B','acme');
CREATE TABLE retention (kept_from TEXT NOT NULL);
CREATE TABLE routes (name TEXT NOT NULL, told_at TEXT, tried_at TEXT, PRIMARY KEY (name));
INSERT INTO "routes" VALUES('ops',NULL,'2026-11-20T12:00:00.000000Z');
CREATE TABLE runs (
	id INTEGER NOT NULL, 
	merchant TEXT NOT NULL, 
	cart TEXT NOT NULL, 
	now TEXT NOT NULL, 
	finished_at TEXT, 
	status TEXT NOT NULL, 
	complete BOOLEAN NOT NULL, 
	since INTEGER NOT NULL, 
	seq INTEGER NOT NULL, 
	lines INTEGER NOT NULL, 
	zeros INTEGER NOT NULL, 
	document TEXT, 
	number INTEGER, 
	documents INTEGER NOT NULL, 
	ack TEXT, 
	reason TEXT NOT NULL, 
	configuration TEXT NOT NULL, 
	version TEXT NOT NULL, kind TEXT DEFAULT 'sync' NOT NULL, repeats INTEGER REFERENCES runs (id), slot TEXT, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES(1,'acme','front','2025-11-20T12:00:00.000000Z','2025-11-20T12:00:00.000000Z','sent',1,0,1,1,0,'front_0001.csv',1,1,NULL,'','04dd6841e0a05aca6536a27650446a0ce3b25738e1f846e88da1129e9b7ae8ab','0.1.0','sync',NULL,NULL);
INSERT INTO "runs" VALUES(2,'acme','front','2025-11-20T13:00:00.000000Z','2025-11-20T13:00:00.000000Z','nothing-new',0,1,2,0,0,NULL,NULL,0,NULL,'no inventory was reported since the last sync','04dd6841e0a05aca6536a27650446a0ce3b25738e1f846e88da1129e9b7ae8ab','0.1.0','sync',NULL,NULL);
INSERT INTO "runs" VALUES(3,'acme','front','2025-11-20T14:00:00.000000Z','2025-11-20T14:00:00.000000Z','sent',0,1,3,2,0,'front_0002.csv',2,1,NULL,'','04dd6841e0a05aca6536a27650446a0ce3b25738e1f846e88da1129e9b7ae8ab','0.1.0','sync',NULL,NULL);
CREATE TABLE scheduled (merchant TEXT NOT NULL, cart TEXT NOT NULL, since TEXT NOT NULL, PRIMARY KEY (merchant, cart));
CREATE TABLE schema_version (
	version INTEGER NOT NULL
);
INSERT INTO "schema_version" VALUES(3);
CREATE TABLE segments (
	merchant TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	checkpoint BOOLEAN NOT NULL, 
	"table" TEXT NOT NULL, 
	rows INTEGER NOT NULL, sha256 TEXT, 
	PRIMARY KEY (merchant, kind, seq, checkpoint)
);
INSERT INTO "segments" VALUES('acme','levels',1,0,'acme/levels-000000001.parquet',1,NULL);
INSERT INTO "segments" VALUES('acme','levels',1,1,'acme/levels-000000001.parquet',1,NULL);
INSERT INTO "segments" VALUES('acme','orders',2,0,'acme/orders-000000002.parquet',1,NULL);
INSERT INTO "segments" VALUES('acme','orders',2,1,'acme/orders-000000002.parquet',1,NULL);
INSERT INTO "segments" VALUES('acme','levels',3,0,'acme/levels-000000003.parquet',2,NULL);
INSERT INTO "segments" VALUES('acme','levels',3,1,'acme/levels-000000003.parquet',2,NULL);
CREATE TABLE sightings (
	feed TEXT NOT NULL, 
	name TEXT NOT NULL, 
	size INTEGER NOT NULL, 
	modified TEXT NOT NULL, 
	seen_at TEXT NOT NULL, 
	PRIMARY KEY (feed, name)
);
CREATE TABLE troubles (feed TEXT NOT NULL, since TEXT NOT NULL, text TEXT NOT NULL, PRIMARY KEY (feed));
INSERT INTO "troubles" VALUES('acme/inventory/main','2026-11-20T12:00:00.000000Z','no answer');
CREATE TABLE watermarks (
	merchant TEXT NOT NULL, 
	cart TEXT NOT NULL, 
	seq INTEGER NOT NULL, 
	run INTEGER NOT NULL, 
	complete_at TEXT, repeated INTEGER, 
	PRIMARY KEY (merchant, cart), 
	FOREIGN KEY(run) REFERENCES runs (id)
);
INSERT INTO "watermarks" VALUES('acme','front',3,3,'2025-11-20T12:00:00.000000Z',NULL);
CREATE INDEX files_by_content ON files (feed, sha256);
CREATE INDEX files_by_time ON files (received_at);
CREATE INDEX files_by_listing ON files (feed, name, size, modified);
CREATE INDEX runs_by_cart ON runs (merchant, cart, id);
CREATE INDEX rejects_by_file ON rejects (file);
CREATE INDEX rejects_by_sku ON rejects (sku);
CREATE INDEX outbox_by_run ON outbox (run, part);
CREATE UNIQUE INDEX outbox_by_number ON outbox (series, number);
CREATE INDEX outbox_open ON outbox (merchant, cart, state);
CREATE INDEX outbox_by_name ON outbox (merchant, cart, name);
CREATE INDEX holds_by_status ON holds (status);
CREATE INDEX acks_by_document ON acks (document);
CREATE INDEX ack_errors_by_ack ON ack_errors (ack);
CREATE INDEX runs_by_slot ON runs (merchant, cart, slot);
CREATE INDEX files_by_feed ON files (feed, id);
CREATE INDEX outbox_by_ack ON outbox (merchant, cart, ack, ack_due);
CREATE INDEX notices_by_route ON notices (route, id);
COMMIT;
