/* SPDX-License-Identifier: MIT */
/*
 * A connection within this machine has two rows in /proc/net/tcp or tcp6, one for each of its ends;
 * that of the other end has our addresses the other way round, and its user:
 *
 *   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
 *    0: 0100007F:1F40 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 4711 …
 *
 * Addresses are words in hexadecimal digits as this machine stores them, ports are plain numbers. A
 * client that speaks IPv6 to 127.0.0.1 stands in tcp6. An end that its process has closed has no
 * inode any more, and user 0, whosever it was: it is nobody's. Knows no HTTP.
 */
#include "backend/http/peer.h"

#include "base/str.h"

#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

/* An address as the kernel stores it: IPv4 in the IPv6 that stands for it. */
struct end {
    uint32_t words[4];
    unsigned port;
};

static bool end_of(const struct sockaddr_storage *from, struct end *out)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
    *out = (struct end){.words = {0, 0, htonl(0xffff), 0}};
    if (from->ss_family == AF_INET) {
        out->words[3] = v4->sin_addr.s_addr;
        out->port = ntohs(v4->sin_port);
    } else if (from->ss_family == AF_INET6) {
        memcpy(out->words, &v6->sin6_addr, sizeof out->words);
        out->port = ntohs(v6->sin6_port);
    }
    return out->port != 0;
}

static bool is_same(const struct end *a, const struct end *b)
{
    return a->port == b->port && memcmp(a->words, b->words, sizeof a->words) == 0;
}

/* end = 8*hex [24*hex] ":" 4*hex */
static bool parse_end(const char *text, struct end *out)
{
    size_t digits = strcspn(text, ":");
    *out = (struct end){.words = {0, 0, htonl(0xffff), 0}};
    if (digits == 8)
        return sscanf(text, "%8" SCNx32 ":%4X", &out->words[3], &out->port) == 2;
    return digits == 32 &&
           sscanf(text, "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 "%8" SCNx32 ":%4X", &out->words[0],
               &out->words[1], &out->words[2], &out->words[3], &out->port) == 5;
}

/* row = number ":" end end state queues timer retransmits uid timeout inode … */
static bool parse_row(const char *row, struct end *local, struct end *remote, unsigned *user)
{
    char ends[2][48];
    unsigned long inode = 0;
    return sscanf(row, " %*u: %47s %47s %*s %*s %*s %*s %u %*s %lu", ends[0], ends[1], user,
               &inode) == 4 &&
           inode && parse_end(ends[0], local) && parse_end(ends[1], remote);
}

static bool find(const char *table, const struct end *local, const struct end *remote, uid_t *user)
{
    char row[512];
    bool found = false;
    FILE *file = fopen(table, "re");
    while (file && !found && fgets(row, sizeof row, file)) {
        struct end ends[2];
        unsigned number;
        found = parse_row(row, &ends[0], &ends[1], &number) && is_same(&ends[0], local) &&
                is_same(&ends[1], remote);
        if (found)
            *user = number;
    }
    if (file)
        fclose(file);
    return found;
}

bool peer_user(int socket, uid_t *user)
{
    struct sockaddr_storage here = {0}, there = {0};
    socklen_t here_len = sizeof here, there_len = sizeof there;
    struct end local, remote;
    if (getsockname(socket, (struct sockaddr *)&here, &here_len) != 0 ||
        getpeername(socket, (struct sockaddr *)&there, &there_len) != 0 || !end_of(&here, &local) ||
        !end_of(&there, &remote))
        return false;
    return find("/proc/net/tcp", &remote, &local, user) ||
           find("/proc/net/tcp6", &remote, &local, user);
}

bool peer_is_own(int socket)
{
    uid_t user;
    return peer_user(socket, &user) && user == geteuid();
}
