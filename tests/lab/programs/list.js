// HOST PORT PATH USER PASSWORD SECONDS [tls|implicit] [any] [separate]
const { Client } = require("basic-ftp")
const { readFileSync, existsSync } = require("fs")
const [host, port, path, user, password, seconds, ...how] = process.argv.slice(2)

async function main() {
    const client = new Client(seconds * 1000, { allowSeparateTransferHost: how.includes("separate") })
    client.ftp.verbose = true
    const secure = how.includes("implicit") ? "implicit" : how.includes("tls")
    const secureOptions = existsSync("ca.pem") ? { ca: readFileSync("ca.pem") } : {}
    if (how.includes("any")) {
        secureOptions.rejectUnauthorized = false
    }
    try {
        await client.access({ host, port: Number(port), user, password, secure, secureOptions })
        if (path.endsWith(".txt")) {
            await client.downloadTo("here.txt", path)
        } else {
            for (const file of await client.list(path)) {
                console.log(file.name)
            }
        }
    } catch (error) {
        console.log(String(error))
        process.exitCode = 1
    } finally {
        client.close()
    }
}
main()
