// The numbers that assembly and C++ share. layout.h and paging.cc hold them against the C++ types.
#pragma once

// --- Virtual layout (Sv39; RISC-V privileged architecture 1.12, section 4.4) ---------------------
//
// windows.h has each window's beginning and end.
//
// User space has the lower half, root entries 0 to 255. The kernel's half:
//
//   entries 256 to 383   0xffffffc0_00000000   direct map: RAM at its physical address + this
//   entry   510          0xffffffff_80000000   the image, stacks, devices, windows of boot, PLIC
//
// All of entry 510 but the windows lies in one 2 MiB piece, so that one table of each level maps
// it.

// OpenSBI hands over here; the image's virtual addresses are its physical ones plus a constant,
// which makes one of the other by eye.
#define IMAGE_PHYSICAL 0x80200000
#define IMAGE_VIRTUAL 0xffffffff80200000
#define IMAGE_OFFSET 0xffffffff00000000
#define IMAGE_ROOT_INDEX 510
#define IMAGE_L1_INDEX 1
// The piece's first MiB is the image's; kernel.ld holds it to that.
#define IMAGE_MOST 0x100000

// A stack a hart. Below each is as much again that is never mapped, so that an overflow traps.
// 4 KiB: nothing recurses and no function keeps a large array.
#define STACK_SIZE 0x1000
#define STACK_STRIDE 0x2000
#define STACKS_VIRTUAL 0xffffffff80300000
#define STACKS_L0_INDEX 256

// Device pages that the kernel itself uses: the early console's.
#define DEVICES_VIRTUAL 0xffffffff803f0000
#define DEVICES_L0_INDEX 496

// --- Page table entries (section 4.4.1) ----------------------------------------------------------
// Accessed and dirty are set from the start: a machine may trap instead of setting them itself.
#define PTE_V 0x01
#define PTE_R 0x02
#define PTE_W 0x04
#define PTE_X 0x08
#define PTE_U 0x10
#define PTE_G 0x20
#define PTE_A 0x40
#define PTE_D 0x80
#define PTE_KERNEL_TEXT (PTE_V | PTE_R | PTE_X | PTE_G | PTE_A)
#define PTE_KERNEL_RODATA (PTE_V | PTE_R | PTE_G | PTE_A)
#define PTE_KERNEL_DATA (PTE_V | PTE_R | PTE_W | PTE_G | PTE_A | PTE_D)
#define SATP_SV39_SHIFT 60
#define SATP_SV39 8

// --- sstatus (section 4.1.1) ---------------------------------------------------------------------
#define SSTATUS_SIE 0x2
#define SSTATUS_SPIE 0x20
#define SSTATUS_SPP 0x100
#define SSTATUS_FS 0x6000
#define SSTATUS_SUM 0x40000
#define SSTATUS_MXR 0x80000

// --- scause (section 4.1.8)
// ---------------------------------------------------------------------------
#define CAUSE_USER_ECALL 8

// --- HartLocal (contract/frame.h) ----------------------------------------------------------------
#define HART_CURRENT 0
#define HART_SCRATCH 8
#define HART_STACK_TOP 16
#define FRAME_OFFSET 0x88

// --- The other harts (boot.S)
#define OTHER_HARTS_MOST 7

// --- SBI, for the one call that assembly makes ---------------------------------------------------
#define SBI_EID_SRST 0x53525354
