/* SPDX-License-Identifier: MIT */
'use strict';
/*
 * Runs a Lambda handler in Node.js: loads it, fetches events from the Runtime API, hands in what
 * it returns. Read by node from its standard input, so that no file of ours lies anywhere.
 *
 *   load ─▶ GET next ─▶ handler ─┬─ promise, callback, context.done ─▶ POST response or error ─▶ next
 *                                ╰─ nothing of it, and nothing left to do ─▶ POST null ─▶ next
 */
const fs = require('fs');
const net = require('net');
const path = require('path');
const util = require('util');
const Module = require('module');

const root = process.env.LAMBDA_TASK_ROOT;
process.argv.length = 1;

/* It has been read to its end, and would never say so again. */
let stdin;
Object.defineProperty(process, 'stdin', {
    configurable: true,
    get: () => stdin ??= require('stream').Readable.from([]),
});

/* What is written stands in the order in which it was written, before what is said of its end. */
for (const name of ['stdout', 'stderr']) {
    const {get} = Object.getOwnPropertyDescriptor(process, name);
    let stream;
    const open = () => {
        stream = get.call(process);
        stream._handle?.setBlocking?.(true);
        return stream;
    };
    Object.defineProperty(process, name, {
        configurable: true,
        enumerable: true,
        get: () => stream || open(),
    });
}

/* ---- logging: one event of the log for each call; \r stands for a line end within it ---- */

let requestId;

function write(text) {
    let bytes = Buffer.from(text);
    while (bytes.length) {
        try {
            bytes = bytes.subarray(fs.writeSync(1, bytes));
        } catch (error) {
            if (error.code !== 'EAGAIN') return;
            Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        }
    }
}

function log(level, words) {
    let text = util.format(...words);
    if (text.includes('\n')) text = text.replace(/\n/g, '\r');
    write(`${new Date().toISOString()}\t${requestId}\t${level}\t${text}\n`);
}

for (const [name, level] of [['log', 'INFO'], ['info', 'INFO'], ['debug', 'DEBUG'],
    ['warn', 'WARN'], ['error', 'ERROR'], ['trace', 'TRACE']])
    console[name] = (...words) => log(level, words);

/* ---- errors ---- */

function named(name, message, stack) {
    const error = new Error(message);
    error.name = name;
    error.stack = stack || `${name}: ${message}`;
    return error;
}

const isError = (value) => util.types.isNativeError(value) ||
    (value && value.name && value.message && value.stack);

function describe(error) {
    if (!isError(error)) return {errorType: typeof error, errorMessage: String(error), trace: []};
    return {errorType: String(error.name), errorMessage: String(error.message),
        trace: String(error.stack || '').split('\n')};
}

function tell(title, error) {
    let text;
    try {
        text = isError(error) ? JSON.stringify({errorType: error.name, errorMessage: error.message,
            ...error, stack: String(error.stack || '').split('\n')}) : JSON.stringify(error);
    } catch {
        text = JSON.stringify(describe(error));
    }
    log('ERROR', [`${title} \t${text}`]);
}

/* ---- the Runtime API: one connection, which keeps nobody alive between requests ---- */

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
let socket, chunks = [], length = 0, head, waiting;

function open() {
    socket = net.connect({host, port: Number(port), noDelay: true});
    socket.on('data', receive);
    socket.on('error', () => process.exit(1));
    socket.on('close', () => process.exit(1));
}

function readHead(bytes) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [first, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
    head = {status: Number(first.split(' ')[1]), size: end + 4, headers: {}};
    for (const line of lines) {
        const colon = line.indexOf(':');
        head.headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    head.whole = head.size + Number(head.headers['content-length'] || 0);
}

function receive(bytes) {
    chunks.push(bytes);
    length += bytes.length;
    if (!head) {
        chunks = [Buffer.concat(chunks)];
        readHead(chunks[0]);
    }
    if (!head || length < head.whole) return;
    const all = chunks.length > 1 ? Buffer.concat(chunks) : chunks[0];
    const answer = {status: head.status, headers: head.headers,
        body: all.toString('utf8', head.size, head.whole)};
    chunks = [];
    length = 0;
    head = undefined;
    socket.unref();
    waiting(answer);
}

function request(method, target, body, headers, then) {
    if (!socket) open();
    waiting = then;
    socket.ref();
    socket.write(`${method} /2018-06-01/runtime/${target} HTTP/1.1\r\nHost: ${host}:${port}\r\n` +
        `${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

function postError(target, error, then) {
    const text = describe(error);
    const type = text.errorType.replace(/[^\x21-\x7e]/g, '');
    request('POST', target, JSON.stringify(text), 'Content-Type: application/json\r\n' +
        `Lambda-Runtime-Function-Error-Type: ${type}\r\n`, then);
}

/* ---- SDKs that do not read their endpoint from the environment ---- */

function endpointOf(service) {
    const id = service.api && (service.api.serviceId || service.api.endpointPrefix) || '';
    return process.env[`AWS_ENDPOINT_URL_${id.replace(/[ -]/g, '_').toUpperCase()}`] ||
        process.env.AWS_ENDPOINT_URL;
}

/* Version 2 asks validateService() right before it chooses an endpoint of its own. */
function patchService(Service) {
    const validate = Service.prototype.validateService;
    Service.prototype.validateService = function () {
        const endpoint = this.config.endpoint ? undefined : endpointOf(this);
        if (endpoint) this.config.endpoint = endpoint;
        return validate.apply(this, arguments);
    };
}

const patched = new WeakSet();
const load = Module._load;
Module._load = function (name) {
    const result = load.apply(this, arguments);
    if (/(^|[\\/])aws-sdk([\\/]|$)/.test(name)) {
        for (const file of Object.keys(Module._cache)) {
            const Service = /[\\/]aws-sdk[\\/]lib[\\/]core\.js$/.test(file) &&
                Module._cache[file].exports.Service;
            if (!Service || patched.has(Service)) continue;
            patched.add(Service);
            patchService(Service);
        }
    }
    return result;
};

/* Code from documents that uses AWS without requiring it: it runs, and is told. */
let missingTold = false;
Object.defineProperty(globalThis, 'AWS', {
    configurable: true,
    get() {
        let sdk;
        try {
            sdk = Module.createRequire(path.join(root, '/'))('aws-sdk');
        } catch {
            return undefined;
        }
        if (!missingTold)
            console.warn("AWS is used without const AWS = require('aws-sdk'): Lambda would fail");
        missingTold = true;
        return sdk;
    },
    set(value) {
        Object.defineProperty(globalThis, 'AWS', {value, writable: true, configurable: true});
    },
});

/* ---- import looks for packages where require does, as in Lambda ---- */

/* Runs on the loader's side: what is not found beside the code is looked for along NODE_PATH. */
async function resolveAlong(name, context, next) {
    try {
        return await next(name, context);
    } catch (error) {
        if (error.code !== 'ERR_MODULE_NOT_FOUND' || /^[./]|^[a-z]+:/.test(name)) throw error;
        for (const folder of (process.env.NODE_PATH || '').split(':')) {
            if (!folder.endsWith('/node_modules')) continue;
            try {
                return await next(name, {...context, parentURL: `file://${folder}/../x`});
            } catch {
                continue;
            }
        }
        throw error;
    }
}

function isBeside(name, folder) {
    const parts = name.split('/').slice(0, name[0] === '@' ? 2 : 1);
    for (;; folder = path.dirname(folder)) {
        if (fs.existsSync(path.join(folder, 'node_modules', ...parts))) return true;
        if (folder === '/') return false;
    }
}

/* Whether a module, or one of its own that it imports, wants a package that is not beside it. */
function wantsPaths(file, seen) {
    if (seen.has(file) || seen.size > 100 || !isFile(file)) return false;
    seen.add(file);
    const folder = path.dirname(file);
    const imports = /\b(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g;
    for (const [, name] of fs.readFileSync(file, 'utf8').matchAll(imports)) {
        if (/^\.{0,2}\//.test(name) ? wantsPaths(path.resolve(folder, name), seen) :
            !/^[a-z]+:|^#/.test(name) && !Module.builtinModules.includes(name) &&
                !isBeside(name, folder))
            return true;
    }
    return false;
}

/* It costs a thread of the loader's, so only those pay for it who need it. */
function importFile(file) {
    const {href} = require('url').pathToFileURL(file);
    if (Module.register && wantsPaths(file, new Set()))
        Module.register(`data:text/javascript,${
            encodeURIComponent(`export const resolve = ${resolveAlong};`)}`);
    return import(href);
}

/* ---- the handler ---- */

function isModuleFolder(folder) {
    for (;; folder = path.dirname(folder)) {
        if (folder.endsWith('/node_modules')) return false;
        try {
            return JSON.parse(fs.readFileSync(path.join(folder, 'package.json'))).type === 'module';
        } catch (error) {
            if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') return false;
        }
        if (folder === '/') return false;
    }
}

const isFile = (file) => fs.statSync(file, {throwIfNoEntry: false})?.isFile();

/* Lambda's order: the file itself, .js, .mjs, .cjs, then as require() finds it. */
async function loadModule(file, folder, name) {
    if (isFile(file)) return /\.mjs$/.test(file) ? importFile(file) : require(file);
    if (isFile(`${file}.js`))
        return isModuleFolder(path.dirname(file)) ? importFile(`${file}.js`) :
            require(`${file}.js`);
    if (isFile(`${file}.mjs`)) return importFile(`${file}.mjs`);
    if (isFile(`${file}.cjs`)) return require(`${file}.cjs`);
    return require(require.resolve(name, {paths: [root, folder]}));
}

/* A module's SyntaxError does not say where it is; node does, when it checks the file alone. */
function traceOf(error, file) {
    const found = ['', '.js', '.mjs', '.cjs'].map((end) => file + end).find(isFile);
    if (!found || error.stack.startsWith('/')) return error.stack;
    const {stderr} = require('child_process').spawnSync(process.execPath, ['--check', found],
        {encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: 5000});
    const place = stderr?.split('\n\n', 1)[0] ?? '';
    return stderr?.includes(error.message) ? `${place}\n${error.stack}` : error.stack;
}

async function loadNamed(file, folder, name) {
    try {
        return await loadModule(file, folder, name);
    } catch (error) {
        if (error instanceof SyntaxError)
            throw named('Runtime.UserCodeSyntaxError', String(error), traceOf(error, file));
        if (error && error.code === 'MODULE_NOT_FOUND')
            throw named('Runtime.ImportModuleError', String(error), error.stack);
        throw error;
    }
}

/* handler = [folder "/"] module "." name {"." name}, or a file whose `handler` it is */
function split(handler) {
    const folder = path.resolve(root, path.dirname(handler));
    const last = path.basename(handler);
    const dot = last.indexOf('.');
    if (handler.includes('..'))
        throw named('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name. ` +
            'Use absolute paths when specifying root directories in handler names.');
    if (/\.[cm]?js$/.test(last) && isFile(path.join(folder, last)))
        return [folder, last, ['handler']];
    if (dot < 0) throw named('Runtime.MalformedHandlerName', 'Bad handler');
    return [folder, last.slice(0, dot), last.slice(dot + 1).split('.')];
}

async function loadHandler(handler) {
    const [folder, name, names] = split(handler);
    let found = await loadNamed(path.join(folder, name), folder, name);
    for (const each of names) found = found?.[each];
    if (typeof found === 'function') return found;
    throw named('Runtime.HandlerNotFound', found ? `${handler} is not a function` :
        `${handler} is undefined or not exported`);
}

/* ---- invocations ---- */

const exit = (error, code) => process.exit(code);
let handler, fail = exit, whenIdle = () => {};

function post(id, result) {
    let text;
    try {
        text = JSON.stringify(result === undefined ? null : result);
    } catch {
        throw new Error('Unable to stringify response body');
    }
    request('POST', `invocation/${id}/response`, text === undefined ? 'null' : text,
        'Content-Type: application/json\r\n', next);
}

/* Only the first end of an invocation counts. */
function endOf(id) {
    let over = false;
    return (error, result, wait) => {
        if (over) return;
        over = true;
        whenIdle = () => {};
        fail = exit;
        const failed = (why) => {
            tell('Invoke Error', why);
            postError(`invocation/${id}/error`, why, next);
        };
        const finish = () => {
            try {
                post(id, result);
            } catch (why) {
                failed(why);
            }
        };
        if (error !== undefined && error !== null) failed(error);
        else if (wait) whenIdle = () => setImmediate(finish);
        else finish();
    };
}

function contextOf(headers, end) {
    const deadline = Number(headers['lambda-runtime-deadline-ms']);
    const parse = (text) => text ? JSON.parse(text) : undefined;
    return {
        callbackWaitsForEmptyEventLoop: true,
        functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
        functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
        memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
        logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
        clientContext: parse(headers['lambda-runtime-client-context']),
        identity: parse(headers['lambda-runtime-cognito-identity']),
        invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
        awsRequestId: requestId,
        getRemainingTimeInMillis: () => deadline - Date.now(),
        done: (error, result) => end(error, result, false),
        succeed: (result) => end(null, result, false),
        fail: (error) => end(error ?? 'handled', undefined, false),
    };
}

function invoke({status, headers, body}) {
    if (status !== 200) process.exit(0);
    requestId = headers['lambda-runtime-aws-request-id'];
    process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
    const id = requestId, end = endOf(id);
    fail = (error, code) => {
        fail = exit;
        postError(`invocation/${id}/error`, error, () => process.exit(code));
    };
    whenIdle = () => end(null, null, false);
    try {
        const context = contextOf(headers, end);
        const result = handler(JSON.parse(body), context, (error, value) =>
            end(error, value, context.callbackWaitsForEmptyEventLoop));
        if (typeof result?.then === 'function')
            result.then((value) => end(null, value, false), (error) =>
                end(error ?? 'handled', undefined, false));
    } catch (error) {
        end(error ?? 'handled', undefined, false);
    }
}

function next() {
    fail = exit;
    request('GET', 'invocation/next', '', '', invoke);
}

fail = (error, code) => {
    fail = exit;
    postError('init/error', error, () => process.exit(code));
};
process.on('beforeExit', () => whenIdle());
process.on('uncaughtException', (error) => {
    tell('Uncaught Exception', error);
    fail(error, 129);
});
process.on('unhandledRejection', (reason) => {
    const error = named('Runtime.UnhandledPromiseRejection', String(reason), reason?.stack);
    tell('Unhandled Promise Rejection', error);
    fail(error, 128);
});

loadHandler(process.env._HANDLER).then((found) => {
    handler = found;
    next();
}, (error) => {
    tell('Uncaught Exception', error);
    fail(error, 129);
});
