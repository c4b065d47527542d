-- The yardstick: the rows the product writes for an order that needs no person, by SQL written by hand for just that.
-- It reads prices, checks credit and stock in the database, and knows nothing of policies, findings or holds.

CREATE OR REPLACE FUNCTION yard_set(codes text[], pos text[], skus text[], quantities numeric[], body bytea, a_policy bigint, a_sheet jsonb, a_terms jsonb)
RETURNS int LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    n int := cardinality(codes);
    now_at timestamptz := clock_timestamp();
    orders bigint[] := ARRAY(SELECT nextval('orders_order_id_seq') FROM generate_series(1, n));
    lines bigint[] := ARRAY(SELECT nextval('orders_line_id_seq') FROM generate_series(1, n * 3));
    short int;
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS yard_l (id bigint, order_id bigint, o int, k int, product_id bigint, quantity numeric, price numeric, cost numeric) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS yard_o (id bigint, o int, customer_id bigint, ship_to_id bigint, po text, net numeric, cost numeric) ON COMMIT DELETE ROWS;
    INSERT INTO yard_l SELECT lines[l.i], orders[(l.i - 1) / 3 + 1], (l.i - 1) / 3 + 1, (l.i - 1) % 3 + 1, p.id, l.quantity, p.list_price, p.cost
        FROM unnest(skus, quantities) WITH ORDINALITY AS l(sku, quantity, i) JOIN catalog_product p ON p.sku = l.sku;
    INSERT INTO yard_o SELECT orders[c.i], c.i, k.id, s.id, pos[c.i], t.net, t.cost
        FROM unnest(codes) WITH ORDINALITY AS c(code, i) JOIN customers_customer k ON k.code = c.code
        JOIN customers_shipto s ON s.customer_id = k.id AND s.is_default
        JOIN (SELECT o, round(sum(quantity * price), 2) AS net, round(sum(quantity * cost), 2) AS cost FROM yard_l GROUP BY o) t ON t.o = c.i;
    PERFORM 1 FROM customers_creditaccount WHERE customer_id IN (SELECT customer_id FROM yard_o) ORDER BY customer_id FOR NO KEY UPDATE;
    UPDATE customers_creditaccount a SET open_orders = open_orders + s.net
        FROM (SELECT customer_id, sum(net) AS net FROM yard_o GROUP BY customer_id) s
        WHERE a.customer_id = s.customer_id AND a.open_orders + a.unpaid_invoices + s.net <= a."limit";
    PERFORM 1 FROM inventory_stock WHERE product_id IN (SELECT product_id FROM yard_l) ORDER BY product_id, warehouse_id FOR NO KEY UPDATE;
    UPDATE inventory_stock s SET reserved = reserved + w.quantity
        FROM (SELECT product_id, sum(quantity) AS quantity FROM yard_l GROUP BY product_id) w
        WHERE s.product_id = w.product_id AND s.on_hand - s.reserved >= w.quantity;
    GET DIAGNOSTICS short = ROW_COUNT;
    INSERT INTO intake_message (channel, sender, received_at, content_type, filename, sha256, body, file, outcome, outcome_at, order_id, reason, envelope, attempts)
        SELECT 'api', 'bench', now_at, 'application/json', '', sha256(body), body, '', 'order', now_at, id, '[]', '{}', 0 FROM yard_o;
    INSERT INTO orders_order (id, number, customer_id, po_number, po_key, channel, status, version, currency, tax_rate, tax_included, net, tax, gross, cost,
            requested_on, first_promised_on, promised_on, ship_to_id, note, priority, product_line_id, size_class, is_urgent, is_touchless, link_version, received_at, confirmed_at, released_at)
        SELECT id, 'SO-' || lpad(id::text, 7, '0'), customer_id, po, po, 'api', 'released', 3, 'CNY', 0, false, net, 0, net, cost,
            current_date + 28, current_date + 28, current_date + 28, ship_to_id, '', 20, 1, 'small', false, true, 1, now_at, now_at, now_at FROM yard_o;
    INSERT INTO orders_line (id, order_id, n, product_id, item_code, description, entered_quantity, entered_unit, quantity, unit_price, net, cost,
            requested_on, first_promised_on, promised_on, shipped, cancelled)
        SELECT id, order_id, k, product_id, 'P', '', quantity, 'EA', quantity, price, round(quantity * price, 2), round(quantity * cost, 2),
            current_date + 28, current_date + 28, current_date + 28, 0, 0 FROM yard_l;
    INSERT INTO orders_event (order_id, n, at, kind, status_before, status_after, actor_kind, actor_name, reason, data)
        SELECT o.id, e.n, now_at, e.kind, e.before, e.after, 'api', 'bench', '', '{}' FROM yard_o o
        CROSS JOIN (VALUES (1, 'received', '', 'in_review'), (2, 'confirmed', 'in_review', 'confirmed'), (3, 'released', 'confirmed', 'released')) AS e(n, kind, before, after);
    INSERT INTO review_sheet (order_id, n, at, verdict, fast_lane, checks, policy_id) SELECT id, 1, now_at, 'confirm', false, a_sheet, a_policy FROM yard_o;
    INSERT INTO triage_score (order_id, score, terms, scored_at, policy_id, manual_reason, manual_by) SELECT id, 20, a_terms, now_at, a_policy, '', '' FROM yard_o;
    INSERT INTO inventory_reservation (order_id, line_id, product_id, warehouse_id, wanted, reserved, needed_on, priority, status, since)
        SELECT l.order_id, l.id, l.product_id, s.warehouse_id, l.quantity, l.quantity, current_date + 28, 20, 'open', now_at FROM yard_l l JOIN inventory_stock s USING (product_id);
    INSERT INTO flow_stagerecord (order_id, stage, round, role, enabled_at, started_at, finished_at, due_at, actor_kind, actor_name, outcome, wait_reason, minutes, policy_id)
        SELECT o.id, e.stage, 1, e.role, now_at, CASE WHEN e.done THEN now_at END, CASE WHEN e.done THEN now_at END, CASE WHEN NOT e.done THEN now_at + interval '8 hours' END, 'system', 'system', '', '', 0, a_policy FROM yard_o o
        CROSS JOIN (VALUES ('entry', 'clerk', true), ('review', 'credit_reviewer', true), ('stock', 'planner', true), ('shipping_planning', 'planner', true), ('picking', 'warehouse', false)) AS e(stage, role, done);
    INSERT INTO worklist_workitem (kind, role, skill, subject_kind, subject_id, order_id, customer_id, title, reason, data, priority, since, due_at, done_by, outcome, sent_back_cause)
        SELECT 'picking', 'warehouse', '', 'order', id, id, customer_id, 'SO-' || lpad(id::text, 7, '0'), '', '{}', 20, now_at, now_at + interval '8 hours', '', '', '' FROM yard_o;
    INSERT INTO platform_effect (key, kind, payload, order_id, created_at, next_at, attempts, error)
        SELECT 'notice:confirmed:' || id, 'notice', jsonb_build_object('event', 'confirmed', 'order_id', id, 'subject', ''), id, now_at, now_at, 0, '' FROM yard_o;
    RETURN n;
END $$;

-- One order, as the fastest thing behind an HTTP request: scalars and three items, no temporary tables.
CREATE OR REPLACE FUNCTION yard_one(a_code text, a_po text, skus text[], quantities numeric[], raw bytea, a_key text, a_policy bigint, a_sheet jsonb, a_terms jsonb)
RETURNS text LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    now_at timestamptz := clock_timestamp();
    o bigint := nextval('orders_order_id_seq');
    no text := 'SO-' || lpad(o::text, 7, '0');
    cust bigint; ship bigint; total numeric; spent numeric; ids bigint[]; items bigint[]; prices numeric[]; costs numeric[]; held int;
BEGIN
    SELECT k.id, s.id INTO cust, ship FROM customers_customer k JOIN customers_shipto s ON s.customer_id = k.id AND s.is_default WHERE k.code = a_code;
    SELECT array_agg(p.id ORDER BY i), array_agg(p.list_price ORDER BY i), array_agg(p.cost ORDER BY i), round(sum(p.list_price * quantities[i]), 2), round(sum(p.cost * quantities[i]), 2)
        INTO items, prices, costs, total, spent FROM unnest(skus) WITH ORDINALITY AS u(sku, i) JOIN catalog_product p ON p.sku = u.sku;
    UPDATE customers_creditaccount a SET open_orders = open_orders + total WHERE a.customer_id = cust AND a.open_orders + a.unpaid_invoices + total <= a."limit";
    INSERT INTO orders_order (id, number, customer_id, po_number, po_key, channel, status, version, currency, tax_rate, tax_included, net, tax, gross, cost,
            requested_on, first_promised_on, promised_on, ship_to_id, note, priority, product_line_id, size_class, is_urgent, is_touchless, link_version, received_at, confirmed_at, released_at)
        VALUES (o, no, cust, a_po, a_po, 'api', 'released', 3, 'CNY', 0, false, total, 0, total, spent,
            current_date + 28, current_date + 28, current_date + 28, ship, '', 20, 1, 'small', false, true, 1, now_at, now_at, now_at);
    WITH l AS (INSERT INTO orders_line (order_id, n, product_id, item_code, description, entered_quantity, entered_unit, quantity, unit_price, net, cost,
            requested_on, first_promised_on, promised_on, shipped, cancelled)
        SELECT o, i, items[i], skus[i], '', quantities[i], 'EA', quantities[i], prices[i], round(quantities[i] * prices[i], 2), round(quantities[i] * costs[i], 2),
            current_date + 28, current_date + 28, current_date + 28, 0, 0 FROM generate_subscripts(items, 1) AS i RETURNING id, n)
        SELECT array_agg(id ORDER BY n) INTO ids FROM l;
    INSERT INTO orders_event (order_id, n, at, kind, status_before, status_after, actor_kind, actor_name, reason, data)
        VALUES (o, 1, now_at, 'received', '', 'in_review', 'api', 'bench', '', '{}'), (o, 2, now_at, 'confirmed', 'in_review', 'confirmed', 'api', 'bench', '', '{}'), (o, 3, now_at, 'released', 'confirmed', 'released', 'api', 'bench', '', '{}');
    INSERT INTO intake_message (channel, sender, received_at, content_type, filename, sha256, body, file, outcome, outcome_at, order_id, reason, envelope, attempts)
        VALUES ('api', 'bench', now_at, 'application/json', '', sha256(raw), raw, '', 'order', now_at, o, '[]', '{}', 0);
    INSERT INTO review_sheet (order_id, n, at, verdict, fast_lane, checks, policy_id) VALUES (o, 1, now_at, 'confirm', false, a_sheet, a_policy);
    INSERT INTO triage_score (order_id, score, terms, scored_at, policy_id, manual_reason, manual_by) VALUES (o, 20, a_terms, now_at, a_policy, '', '');
    INSERT INTO flow_stagerecord (order_id, stage, round, role, enabled_at, started_at, finished_at, due_at, actor_kind, actor_name, outcome, wait_reason, minutes, policy_id)
        VALUES (o, 'entry', 1, 'clerk', now_at, now_at, now_at, NULL, 'system', 'system', '', '', 0, a_policy), (o, 'review', 1, 'credit_reviewer', now_at, now_at, now_at, NULL, 'system', 'system', '', '', 0, a_policy),
            (o, 'stock', 1, 'planner', now_at, now_at, now_at, NULL, 'system', 'system', '', '', 0, a_policy), (o, 'shipping_planning', 1, 'planner', now_at, now_at, now_at, NULL, 'system', 'system', '', '', 0, a_policy),
            (o, 'picking', 1, 'warehouse', now_at, NULL, NULL, now_at + interval '8 hours', '', '', '', 'colleague', NULL, a_policy);
    INSERT INTO worklist_workitem (kind, role, skill, subject_kind, subject_id, order_id, customer_id, title, reason, data, priority, since, due_at, done_by, outcome, sent_back_cause)
        VALUES ('picking', 'warehouse', '', 'order', o, o, cust, no, '', '{}', 20, now_at, now_at + interval '8 hours', '', '', '');
    INSERT INTO platform_effect (key, kind, payload, order_id, created_at, next_at, attempts, error)
        VALUES ('notice:confirmed:' || o, 'notice', jsonb_build_object('event', 'confirmed', 'order_id', o, 'subject', ''), o, now_at, now_at, 0, '');
    INSERT INTO platform_idempotencykey (scope, key, fingerprint, status, body, created_at) VALUES ('bench', a_key, sha256(raw), 201, no, now_at);
    WITH s AS (SELECT s.id, u.q, s.warehouse_id, s.product_id, ids[u.i] AS line FROM unnest(items, quantities) WITH ORDINALITY AS u(p, q, i) JOIN inventory_stock s ON s.product_id = u.p ORDER BY s.product_id FOR NO KEY UPDATE OF s),
    t AS (UPDATE inventory_stock k SET reserved = k.reserved + s.q FROM s WHERE k.id = s.id AND k.on_hand - k.reserved >= s.q RETURNING s.line, s.product_id, s.warehouse_id, s.q)
    INSERT INTO inventory_reservation (order_id, line_id, product_id, warehouse_id, wanted, reserved, needed_on, priority, status, since)
        SELECT o, line, product_id, warehouse_id, q, q, current_date + 28, 20, 'open', now_at FROM t;
    GET DIAGNOSTICS held = ROW_COUNT;
    IF held < cardinality(items) THEN RAISE EXCEPTION 'short of stock'; END IF;
    RETURN no;
END $$;
