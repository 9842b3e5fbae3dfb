#include "go_asm.h"
#include "textflag.h"

// func avx512() bool
TEXT ·avx512(SB), NOSPLIT, $0-1
	MOVB $0, ret+0(FP)
	XORL AX, AX
	XORL CX, CX
	CPUID
	CMPL AX, $7
	JB   no
	MOVL $1, AX
	XORL CX, CX
	CPUID
	ANDL $(1<<27 | 1<<23), CX // OSXSAVE, POPCNT
	CMPL CX, $(1<<27 | 1<<23)
	JNE  no
	XORL CX, CX
	XGETBV
	ANDL $0xe6, AX            // mask and vector registers
	CMPL AX, $0xe6
	JNE  no
	MOVL $7, AX
	XORL CX, CX
	CPUID
	SHRL $16, BX              // AVX512F
	ANDL $1, BX
	MOVB BX, ret+0(FP)

no:
	RET

// GATHER combines in Z0, by ADD, the rows of SI that belong to the neighbours of node AX,
// of which there is one, for a part is connected. Two sums, for one alone would wait for
// each addition.
#define GATHER(ADD) \
	MOVL    (R8)(AX*4), DI     \
	MOVL    4(R8)(AX*4), R15   \
	SUBL    DI, R15            \
	LEAQ    (R9)(DI*4), DI     \
	MOVL    (DI), AX           \
	VMOVUPS (SI)(AX*1), Z0     \
	VPXORQ  Z1, Z1, Z1         \
	ADDQ    $4, DI             \
	SUBL    $5, R15            \
	JCS     two                \
four:                              \
	MOVL    (DI), AX           \
	ADD     (SI)(AX*1), Z1, Z1 \
	MOVL    4(DI), AX          \
	ADD     (SI)(AX*1), Z0, Z0 \
	MOVL    8(DI), AX          \
	ADD     (SI)(AX*1), Z1, Z1 \
	MOVL    12(DI), AX         \
	ADD     (SI)(AX*1), Z0, Z0 \
	ADDQ    $16, DI            \
	SUBL    $4, R15            \
	JCC     four               \
two:                               \
	TESTL   $2, R15            \
	JEQ     one                \
	MOVL    (DI), AX           \
	ADD     (SI)(AX*1), Z1, Z1 \
	MOVL    4(DI), AX          \
	ADD     (SI)(AX*1), Z0, Z0 \
	ADDQ    $8, DI             \
one:                               \
	TESTL   $1, R15            \
	JEQ     both               \
	MOVL    (DI), AX           \
	ADD     (SI)(AX*1), Z1, Z1 \
both:                              \
	ADD     Z1, Z0, Z0

// func spreadAVX512(w *wave)
TEXT ·spreadAVX512(SB), NOSPLIT, $0-8
	MOVQ      w+0(FP), R13
	MOVQ      wave_off(R13), R8
	MOVQ      wave_off+8(R13), CX
	DECQ      CX                    // nodes
	MOVQ      wave_arcs(R13), R9
	MOVQ      wave_front(R13), SI
	MOVQ      wave_next(R13), DX
	MOVQ      wave_seen(R13), R12
	VMOVDQU64 wave_all(R13), Z5
	VPXORQ    Z7, Z7, Z7
	XORQ      BX, BX
	JMP       whether

node:
	VMOVDQU64 (R12), Z4
	VPXORQ    Z0, Z0, Z0
	VPANDNQ   Z5, Z4, Z6            // not yet seen
	VPTESTMD  Z6, Z6, K1
	KORTESTW  K1, K1
	JEQ       found
	MOVQ      BX, AX
	GATHER(VPORQ)
	VPANDQ    Z6, Z0, Z0

found:
	VMOVDQU64 Z0, (DX)
	VPORQ     Z0, Z4, Z4
	VMOVDQU64 Z4, (R12)
	VPORQ     Z0, Z7, Z7
	ADDQ      $64, DX
	ADDQ      $64, R12
	INCQ      BX

whether:
	CMPQ     BX, CX
	JB       node
	VPTESTMD Z7, Z7, K1
	KMOVW    K1, AX
	MOVL     AX, wave_found(R13)
	VZEROUPPER
	RET

DATA places<>+0(SB)/4, $0
DATA places<>+4(SB)/4, $1
DATA places<>+8(SB)/4, $2
DATA places<>+12(SB)/4, $3
DATA places<>+16(SB)/4, $4
DATA places<>+20(SB)/4, $5
DATA places<>+24(SB)/4, $6
DATA places<>+28(SB)/4, $7
DATA places<>+32(SB)/4, $8
DATA places<>+36(SB)/4, $9
DATA places<>+40(SB)/4, $10
DATA places<>+44(SB)/4, $11
DATA places<>+48(SB)/4, $12
DATA places<>+52(SB)/4, $13
DATA places<>+56(SB)/4, $14
DATA places<>+60(SB)/4, $15
GLOBL places<>(SB), RODATA|NOPTR, $64

// KEEP appends what is not 0 of the masks in Z1, each with its node, to the list at DI,
// of the length (R11).
#define KEEP \
	VPTESTMD   Z1, Z1, K1      \
	VPORD      Z11, Z1, Z1     \
	VPCOMPRESSD Z1, K1, Z2     \
	KMOVW      K1, AX          \
	POPCNTL    AX, AX          \
	MOVL       (R11), R15      \
	VMOVDQU32  Z2, (DI)(R15*4) \
	ADDL       AX, R15         \
	MOVL       R15, (R11)      \
	ADDQ       $4, R11         \
	ADDQ       R8, DI

// func listAVX512(w *wave)
TEXT ·listAVX512(SB), NOSPLIT, $0-8
	MOVQ      w+0(FP), R13
	MOVQ      wave_next(R13), SI
	MOVQ      wave_next+8(R13), CX
	LEAQ      (SI)(CX*8), CX
	MOVQ      wave_visits(R13), DX
	MOVQ      wave_stride(R13), R8
	SHLQ      $2, R8
	MOVQ      wave_lengths(R13), R9
	MOVQ      wave_lengths+8(R13), R10
	LEAQ      (R9)(R10*4), R10
	VMOVDQU32 places<>(SB), Z10
	VPSLLD    $16, Z10, Z11         // node of each place, above its mask
	VPSLLD    $6, Z10, Z10          // where its row begins
	MOVL      $0x100000, AX
	VPBROADCASTD AX, Z12            // sixteen nodes on
	MOVL      $0xffff, AX
	VPBROADCASTD AX, Z13
	JMP       whether

sixteen:
	MOVQ DX, DI
	MOVQ R9, R11
	MOVQ SI, BX

pair:
	KXNORW     K2, K2, K2
	VPGATHERDD (BX)(Z10*1), K2, Z0
	VPANDD     Z13, Z0, Z1
	KEEP
	VPSRLD     $16, Z0, Z1
	KEEP
	ADDQ       $4, BX
	CMPQ       R11, R10
	JB         pair
	VPADDD     Z12, Z11, Z11
	ADDQ       $1024, SI

whether:
	CMPQ SI, CX
	JB   sixteen
	VZEROUPPER
	RET

// STEP reads what both passages need of the step at R13: rows from SI are gathered for nodes with rows at DX.
#define STEP \
	MOVQ const_stepOff(R13), R8      \
	MOVQ const_stepArcs(R13), R9     \
	MOVQ const_stepVisits(R13), R10  \
	MOVQ const_stepVisits+8(R13), CX \
	LEAQ (R10)(CX*4), CX             \
	MOVQ const_stepFrom(R13), SI     \
	MOVQ const_stepTo(R13), DX

// VISIT gathers for the visit at R10, and leaves its node in AX and its lanes in K1.
#define VISIT \
	MOVL  (R10), AX \
	SHRL  $16, AX   \
	GATHER(VADDPS)  \
	MOVL  (R10), AX \
	KMOVW (R10), K1 \
	SHRL  $16, AX

// GREATEST leaves in the lower half of X7 the greatest of the lanes of Z7 that stand in
// its places, by MAX.
#define GREATEST(MAX) \
	VEXTRACTF64X4 $1, Z7, Y6   \
	MAX           Y6, Y7, Y7   \
	VEXTRACTF128  $1, Y7, X6   \
	MAX           X6, X7, X7   \
	VPSHUFD       $0x4e, X7, X6 \
	MAX           X6, X7, X7

// func forward32AVX512(s *step[float32])
TEXT ·forward32AVX512(SB), NOSPLIT, $0-8
	MOVQ         s+0(FP), R13
	STEP
	MOVQ         const_stepMembers(R13), BX
	VBROADCASTSS const_stepMost32(R13), Z7
	JMP          whether

visit:
	VISIT
	VMULPS.BCST.Z (BX)(AX*4), Z0, K1, Z0
	VMAXPS        Z0, Z7, Z7
	SHLQ          $6, AX
	VMOVUPS       Z0, K1, (DX)(AX*1)
	ADDQ          $4, R10

whether:
	CMPQ          R10, CX
	JB            visit
	GREATEST(VMAXPS)
	VPSHUFD       $0xb1, X7, X6
	VMAXPS        X6, X7, X7
	VMOVSS        X7, const_stepMost32(R13)
	VZEROUPPER
	RET

// func backward32AVX512(s *step[float32])
TEXT ·backward32AVX512(SB), NOSPLIT, $0-8
	MOVQ         s+0(FP), R13
	STEP
	MOVQ         const_stepSums(R13), R14
	MOVQ         const_stepMembers(R13), BX
	VMOVUPS      const_stepSends(R13), Z8
	MOVL         $0x3f800000, AX     // 1
	VPBROADCASTD AX, Z9
	MOVQ         const_stepStands(R13), R13
	JMP          whether

visit:
	VISIT
	VBROADCASTSS (R13)(AX*4), Z7
	VBROADCASTSS (BX)(AX*4), Z6
	SHLQ         $6, AX
	VMOVUPS.Z    (DX)(AX*1), K1, Z4
	VRCP14PS     Z4, Z5
	VMOVAPS      Z9, Z10
	VFNMADD231PS Z5, Z4, Z10         // one step of Newton's: 1 - paths·r
	VFMADD231PS  Z10, Z5, Z5         // r + r·that
	VFMADD213PS  Z0, Z7, Z5          // passed + stands/paths
	VMULPS       Z6, Z5, Z5
	VMOVUPS      Z5, K1, (DX)(AX*1)
	VMULPS       Z4, Z0, Z0
	VMOVUPS      (R14)(AX*1), Z11
	VFMADD231PS  Z0, Z8, Z11
	VMOVUPS      Z11, (R14)(AX*1)
	ADDQ         $4, R10

whether:
	CMPQ R10, CX
	JB   visit
	VZEROUPPER
	RET

// VISIT64 is VISIT for rows of float64, 128 bytes each: it leaves the sums of the first
// eight lanes in Z0, those of the others in Z1 and the lanes themselves in K1 and K2, and
// where the rows begin, halved, in AX.
#define VISIT64 \
	MOVL     (R10), AX             \
	SHRL     $16, AX               \
	MOVL     (R8)(AX*4), DI        \
	MOVL     4(R8)(AX*4), R15      \
	LEAQ     (R9)(DI*4), DI        \
	LEAQ     -4(R9)(R15*4), R15    \
	VPXORQ   Z0, Z0, Z0            \
	VPXORQ   Z1, Z1, Z1            \
	VPXORQ   Z2, Z2, Z2            \
	VPXORQ   Z3, Z3, Z3            \
	CMPQ     DI, R15               \
	JAE      last                  \
two:                                   \
	MOVL     (DI), AX              \
	VADDPD   (SI)(AX*2), Z0, Z0    \
	VADDPD   64(SI)(AX*2), Z1, Z1  \
	MOVL     4(DI), AX             \
	VADDPD   (SI)(AX*2), Z2, Z2    \
	VADDPD   64(SI)(AX*2), Z3, Z3  \
	ADDQ     $8, DI                \
	CMPQ     DI, R15               \
	JB       two                   \
last:                                  \
	JNE      both                  \
	MOVL     (DI), AX              \
	VADDPD   (SI)(AX*2), Z0, Z0    \
	VADDPD   64(SI)(AX*2), Z1, Z1  \
both:                                  \
	VADDPD   Z2, Z0, Z0            \
	VADDPD   Z3, Z1, Z1            \
	MOVL     (R10), AX             \
	KMOVW    (R10), K1             \
	KSHIFTRW $8, K1, K2            \
	SHRL     $16, AX

// func forward64AVX512(s *step[float64])
TEXT ·forward64AVX512(SB), NOSPLIT, $0-8
	MOVQ         s+0(FP), R13
	STEP
	MOVQ         const_stepMembers(R13), BX
	VBROADCASTSD const_stepMost64(R13), Z7
	JMP          whether

visit:
	VISIT64
	VMULPD.BCST.Z (BX)(AX*8), Z0, K1, Z0
	VMULPD.BCST.Z (BX)(AX*8), Z1, K2, Z1
	VMAXPD        Z0, Z7, Z7
	VMAXPD        Z1, Z7, Z7
	SHLQ          $7, AX
	VMOVUPD       Z0, K1, (DX)(AX*1)
	VMOVUPD       Z1, K2, 64(DX)(AX*1)
	ADDQ          $4, R10

whether:
	CMPQ          R10, CX
	JB            visit
	GREATEST(VMAXPD)
	VMOVSD        X7, const_stepMost64(R13)
	VZEROUPPER
	RET

// func backward64AVX512(s *step[float64])
TEXT ·backward64AVX512(SB), NOSPLIT, $0-8
	MOVQ    s+0(FP), R13
	STEP
	MOVQ    const_stepSums(R13), R14
	MOVQ    const_stepMembers(R13), BX
	VMOVUPD const_stepSends(R13), Z8
	VMOVUPD const_stepSends+64(R13), Z9
	MOVQ    const_stepStands(R13), R13
	JMP     whether

visit:
	VISIT64
	VBROADCASTSD (R13)(AX*8), Z7
	VBROADCASTSD (BX)(AX*8), Z6
	SHLQ         $7, AX
	VMOVUPD.Z    (DX)(AX*1), K1, Z4
	VMOVUPD.Z    64(DX)(AX*1), K2, Z5
	VDIVPD       Z4, Z7, Z10
	VDIVPD       Z5, Z7, Z11
	VADDPD       Z0, Z10, Z10
	VADDPD       Z1, Z11, Z11
	VMULPD       Z6, Z10, Z10
	VMULPD       Z6, Z11, Z11
	VMOVUPD      Z10, K1, (DX)(AX*1)
	VMOVUPD      Z11, K2, 64(DX)(AX*1)
	VMULPD       Z4, Z0, Z0
	VMULPD       Z5, Z1, Z1
	VMULPD       Z0, Z8, Z0
	VMULPD       Z1, Z9, Z1
	VADDPD       (R14)(AX*1), Z0, Z0
	VADDPD       64(R14)(AX*1), Z1, Z1
	VMOVUPD      Z0, (R14)(AX*1)
	VMOVUPD      Z1, 64(R14)(AX*1)
	ADDQ         $4, R10

whether:
	CMPQ R10, CX
	JB   visit
	VZEROUPPER
	RET
