-- Delivered orders of the past, %(count)s of them, as the product leaves them: three lines, five events, seven stages.
-- Set-based and by hand, because it only has to be there; triggers and constraints hold for it as for everything.
WITH o AS (
    INSERT INTO orders_order (number, customer_id, po_number, po_key, channel, status, version, currency, tax_rate, tax_included, net, tax, gross, cost,
        requested_on, first_promised_on, promised_on, ship_to_id, note, priority, product_line_id, size_class, is_urgent, is_touchless, link_version,
        received_at, confirmed_at, released_at, shipped_at, delivered_at, closed_at)
    SELECT 'OLD-' || g, k.id, 'OLD-' || g, 'OLD-' || g, 'api', 'delivered', 5, 'CNY', 0, false, 90, 0, 90, 54,
        (t.at + interval '14 days')::date, (t.at + interval '14 days')::date, (t.at + interval '14 days')::date, s.id, '', 20, 1, 'small', false, true, 1,
        t.at, t.at, t.at, t.at + interval '2 days', t.at + interval '5 days', t.at + interval '5 days'
    FROM generate_series(%(first)s::bigint, %(first)s::bigint + %(count)s - 1) AS g
    CROSS JOIN LATERAL (SELECT now() - interval '730 days' + g * interval '50 seconds' AS at) t
    JOIN customers_customer k ON k.id = (SELECT min(id) FROM customers_customer) + g %% 100
    JOIN customers_shipto s ON s.customer_id = k.id
    RETURNING id, customer_id, received_at, number
), m AS (
    INSERT INTO intake_message (channel, sender, received_at, content_type, filename, sha256, body, file, outcome, outcome_at, order_id, reason)
    SELECT 'api', 'bench', received_at, 'application/json', '', sha256(number::bytea), number::bytea, '', 'order', received_at, id, '[]' FROM o
), l AS (
    INSERT INTO orders_line (order_id, n, product_id, item_code, description, entered_quantity, entered_unit, quantity, unit_price, net, cost,
        requested_on, first_promised_on, promised_on, shipped, cancelled)
    SELECT o.id, n, (SELECT min(id) FROM catalog_product) + (o.id * 7 + n * 31) %% 200, 'P', '', 3, 'EA', 3, 10, 30, 18,
        (o.received_at + interval '14 days')::date, (o.received_at + interval '14 days')::date, (o.received_at + interval '14 days')::date, 3, 0
    FROM o CROSS JOIN generate_series(1, 3) AS n RETURNING id, order_id, product_id
), r AS (
    INSERT INTO inventory_reservation (order_id, line_id, product_id, warehouse_id, wanted, reserved, needed_on, priority, status, since, ended_at)
    SELECT l.order_id, l.id, l.product_id, (SELECT min(id) FROM inventory_warehouse), 0, 0, now()::date, 20, 'consumed', now(), now() FROM l
), e AS (
    INSERT INTO orders_event (order_id, n, at, kind, status_before, status_after, actor_kind, actor_name, reason, data)
    SELECT o.id, v.n, o.received_at + v.after, v.kind, v.before, v.later, 'system', 'system', '', '{}' FROM o
    CROSS JOIN (VALUES (1, interval '0', 'received', '', 'in_review'), (2, '0', 'confirmed', 'in_review', 'confirmed'), (3, '0', 'released', 'confirmed', 'released'),
        (4, '2 days', 'shipped', 'released', 'shipped'), (5, '5 days', 'delivered', 'shipped', 'delivered')) AS v(n, after, kind, before, later)
), s AS (
    INSERT INTO review_sheet (order_id, n, at, verdict, fast_lane, checks, policy_id)
    SELECT id, 1, received_at, 'confirm', false, %(sheet)s::jsonb, %(policy)s FROM o
), t AS (
    INSERT INTO triage_score (order_id, score, terms, scored_at, policy_id, manual_reason, manual_by)
    SELECT id, 20, %(terms)s::jsonb, received_at, %(policy)s, '', '' FROM o
), g AS (
    INSERT INTO flow_stagerecord (order_id, stage, round, role, enabled_at, started_at, finished_at, actor_kind, actor_name, outcome, wait_reason, minutes, policy_id)
    SELECT o.id, v.stage, 1, 'planner', o.received_at, o.received_at, o.received_at + v.after, 'system', 'system', 'done', '', 0, %(policy)s FROM o
    CROSS JOIN (VALUES ('entry', interval '0'), ('review', '0'), ('stock', '0'), ('shipping_planning', '0'), ('picking', '1 day'), ('dispatch', '2 days'), ('delivery', '5 days')) AS v(stage, after)
), w AS (
    INSERT INTO worklist_workitem (kind, role, skill, subject_kind, subject_id, order_id, customer_id, title, reason, data, priority, since, due_at, done_at, done_by, outcome, sent_back_cause)
    SELECT v.kind, 'warehouse', '', 'order', id, id, customer_id, number, '', '{}', 20, received_at, received_at, received_at, 'system', 'done', ''
    FROM o CROSS JOIN (VALUES ('picking'), ('dispatch'), ('delivery')) AS v(kind)
), f AS (
    INSERT INTO platform_effect (key, kind, payload, order_id, created_at, next_at, attempts, done_at, error)
    SELECT 'notice:confirmed:' || id, 'notice', '{}', id, received_at, received_at, 1, received_at, '' FROM o
)
INSERT INTO customers_invoice (number, customer_id, order_id, amount, paid, issued_on, due_on, settled_on)
SELECT number, customer_id, id, 90, 90, received_at::date, received_at::date + 30, received_at::date + 30 FROM o
