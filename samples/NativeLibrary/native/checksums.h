#ifndef CHECKSUMS_H
#define CHECKSUMS_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in zip, gzip and png. */
uint32_t crc32(const uint8_t *data, size_t length);

/* Adler-32 of RFC 1950. */
uint32_t adler32(const uint8_t *data, size_t length);

#endif
