// Reports as one writes them in Node.js: mysql2 as a stream, JSON.stringify, and exceljs's streaming writer.
//
//   with_node.mjs big TABLE TENANT FORMAT DIR       DIR/report.FORMAT
//   with_node.mjs burst TABLE FIRST LAST DIR        DIR/TENANT.csv, .json and .xlsx of each tenant, from one query
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import ExcelJS from 'exceljs';
import mysql from 'mysql2';

const COLUMNS = ['id', 'customer', 'quantity', 'product', 'city', 'country', 'status', 'note', 'price', 'total', 'ordered_at',
    'shipped_at'];

class Text {
    constructor(path) {
        this.stream = createWriteStream(path);
    }

    async write(text) {
        if (!this.stream.write(text)) await once(this.stream, 'drain');
    }

    async close() {
        this.stream.end();
        await once(this.stream, 'finish');
    }
}

function field(value) {
    if (value === null) return '';
    if (value instanceof Date) return value.toISOString();
    const text = String(value);
    return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

class Csv extends Text {
    constructor(path) {
        super(path);
        this.stream.write(COLUMNS.join(',') + '\n');
    }

    row(row) {
        return this.write(COLUMNS.map((name) => field(row[name])).join(',') + '\n');
    }
}

class Json extends Text {
    separator = '[\n';

    row(row) {
        const text = this.separator + JSON.stringify(row);
        this.separator = ',\n';
        return this.write(text);
    }

    async close() {
        await this.write(this.separator === '[\n' ? '[]\n' : '\n]\n');
        await super.close();
    }
}

class Xlsx {
    constructor(path) {
        this.workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true });
        this.sheet = this.workbook.addWorksheet('Sales');
        this.sheet.columns = COLUMNS.map((name) => ({
            header: name,
            key: name,
            style: name.endsWith('_at') ? { numFmt: 'yyyy-mm-dd hh:mm:ss' } : {},
        }));
    }

    row(row) {
        this.sheet.addRow(row).commit();
    }

    async close() {
        await this.workbook.commit();
    }
}

const FORMATS = { csv: Csv, json: Json, xlsx: Xlsx };

async function report(connection, table, tenant, formats, path) {
    const writers = formats.map((name) => new FORMATS[name](`${path}.${name}`));
    const query = connection.query(`SELECT ${COLUMNS.join(', ')} FROM ${table} WHERE tenant_id = ?`, [tenant]);
    for await (const row of query.stream()) {
        for (const writer of writers) await writer.row(row);
    }
    for (const writer of writers) await writer.close();
}

const connection = mysql.createConnection({
    socketPath: process.env.BENCH_SOCKET, user: 'bench', password: process.env.BENCH_PASSWORD, database: 'bench',
    decimalNumbers: true, timezone: 'Z',
});
const [mode, table, ...rest] = process.argv.slice(2);
if (mode === 'big') {
    const [tenant, format, directory] = rest;
    await report(connection, table, Number(tenant), [format], `${directory}/report`);
} else {
    const [first, last, directory] = rest;
    for (let tenant = Number(first); tenant <= Number(last); tenant++)
        await report(connection, table, tenant, Object.keys(FORMATS), `${directory}/${tenant}`);
}
connection.end();
