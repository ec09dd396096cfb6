/* Checksums: the crc32 of zlib, of PNG and of Ethernet, a reflected one with the polynomial 0xEDB88320. */

#include "parts.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__)) && !defined(WITHOUT_VECTORS)
#define CAN_FOLD 1
#include <immintrin.h>
#else
#define CAN_FOLD 0
#endif

/* tables[k][byte] is what *byte* leaves of a remainder once k more bytes have passed. */
static uint32_t tables[8][256];
static int can_fold = 0;

void
prepare_crc(void)
{
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t left = byte;
        for (int bit = 0; bit < 8; bit++) {
            left = left & 1 ? 0xEDB88320u ^ (left >> 1) : left >> 1;
        }
        tables[0][byte] = left;
    }
    for (int later = 1; later < 8; later++) {
        for (int byte = 0; byte < 256; byte++) {
            uint32_t left = tables[later - 1][byte];
            tables[later][byte] = tables[0][left & 0xFF] ^ (left >> 8);
        }
    }
#if CAN_FOLD
    can_fold = __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
#endif
}

static uint32_t
by_tables(uint32_t left, const unsigned char *at, size_t size)
{
    for (; size >= 8; size -= 8, at += 8) {
        uint32_t low = left ^ (at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24);
        left = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^ tables[4][low >> 24]
               ^ tables[3][at[4]] ^ tables[2][at[5]] ^ tables[1][at[6]] ^ tables[0][at[7]];
    }
    for (; size > 0; size--, at++) {
        left = tables[0][(left ^ *at) & 0xFF] ^ (left >> 8);
    }
    return left;
}

#if CAN_FOLD
/* 16 bytes of a message stand for their multiple of x^n. What is congruent to that, modulo the polynomial, can be added to
 * the bytes that follow n bits later: each half times the remainder of a power of x, which Intel's paper "Fast CRC
 * Computation Using PCLMULQDQ" lists for this polynomial. */
__attribute__((target("pclmul,sse4.1"))) static inline __m128i
moved(__m128i bytes, __m128i powers)
{
    return _mm_xor_si128(_mm_clmulepi64_si128(bytes, powers, 0x00), _mm_clmulepi64_si128(bytes, powers, 0x11));
}

__attribute__((target("pclmul,sse4.1"))) static uint32_t
by_folding(uint32_t left, const unsigned char *at, size_t size)
{
    const __m128i by_64_bytes = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);
    const __m128i by_16_bytes = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);
    const __m128i *from = (const __m128i *)at;
    __m128i lanes[4];
    for (int lane = 0; lane < 4; lane++) {
        lanes[lane] = _mm_loadu_si128(from++);
    }
    lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)left));
    for (size -= 64; size >= 64; size -= 64) {
        for (int lane = 0; lane < 4; lane++) {
            lanes[lane] = _mm_xor_si128(moved(lanes[lane], by_64_bytes), _mm_loadu_si128(from++));
        }
    }
    __m128i all = lanes[0];
    for (int lane = 1; lane < 4; lane++) {
        all = _mm_xor_si128(moved(all, by_16_bytes), lanes[lane]);
    }
    for (; size >= 16; size -= 16) {
        all = _mm_xor_si128(moved(all, by_16_bytes), _mm_loadu_si128(from++));
    }
    unsigned char last[16];
    _mm_storeu_si128((__m128i *)last, all);
    return by_tables(by_tables(0, last, 16), (const unsigned char *)from, size);
}
#endif

uint32_t
crc_of(uint32_t crc, const void *data, size_t size)
{
#if CAN_FOLD
    if (can_fold && size >= 64) {
        return ~by_folding(~crc, data, size);
    }
#endif
    return ~by_tables(~crc, data, size);
}
