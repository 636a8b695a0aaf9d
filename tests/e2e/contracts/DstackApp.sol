// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.24;

import {BootInfo, Governed, upToDate} from "./Governed.sol";

/// Stand-in with the ABI, the events and the storage layout of dstack's DstackApp 0.5.9 to 0.5.11.
contract DstackApp is Governed {
    mapping(bytes32 => bool) public allowedComposeHashes;
    bool private upgradesDisabled;
    bool public allowAnyDevice;
    mapping(bytes32 => bool) public allowedDeviceIds;
    bool public requireTcbUpToDate;

    event ComposeHashAdded(bytes32 composeHash);
    event ComposeHashRemoved(bytes32 composeHash);
    event DeviceAdded(bytes32 deviceId);
    event DeviceRemoved(bytes32 deviceId);
    event AllowAnyDeviceSet(bool allowAny);
    event RequireTcbUpToDateSet(bool requireUpToDate);
    event UpgradesDisabled();

    function initialize(
        address initialOwner,
        bool noUpgrades,
        bool tcbUpToDate,
        bool anyDevice,
        bytes32 deviceId,
        bytes32 composeHash
    ) external initializer {
        requireTcbUpToDate = tcbUpToDate;
        _start(initialOwner, noUpgrades, anyDevice, deviceId, composeHash);
    }

    function initialize(
        address initialOwner,
        bool noUpgrades,
        bool anyDevice,
        bytes32 deviceId,
        bytes32 composeHash
    ) external initializer {
        _start(initialOwner, noUpgrades, anyDevice, deviceId, composeHash);
    }

    function _start(
        address initialOwner,
        bool noUpgrades,
        bool anyDevice,
        bytes32 deviceId,
        bytes32 composeHash
    ) private {
        require(initialOwner != address(0), "invalid owner address");
        _setOwner(initialOwner);
        upgradesDisabled = noUpgrades;
        allowAnyDevice = anyDevice;
        if (deviceId != 0) {
            allowedDeviceIds[deviceId] = true;
            emit DeviceAdded(deviceId);
        }
        if (composeHash != 0) {
            allowedComposeHashes[composeHash] = true;
            emit ComposeHashAdded(composeHash);
        }
    }

    function addComposeHash(bytes32 composeHash) external onlyOwner {
        allowedComposeHashes[composeHash] = true;
        emit ComposeHashAdded(composeHash);
    }

    function removeComposeHash(bytes32 composeHash) external onlyOwner {
        allowedComposeHashes[composeHash] = false;
        emit ComposeHashRemoved(composeHash);
    }

    function addDevice(bytes32 deviceId) external onlyOwner {
        allowedDeviceIds[deviceId] = true;
        emit DeviceAdded(deviceId);
    }

    function removeDevice(bytes32 deviceId) external onlyOwner {
        allowedDeviceIds[deviceId] = false;
        emit DeviceRemoved(deviceId);
    }

    function setAllowAnyDevice(bool allow) external onlyOwner {
        allowAnyDevice = allow;
        emit AllowAnyDeviceSet(allow);
    }

    function setRequireTcbUpToDate(bool require_) external onlyOwner {
        requireTcbUpToDate = require_;
        emit RequireTcbUpToDateSet(require_);
    }

    function disableUpgrades() external onlyOwner {
        upgradesDisabled = true;
        emit UpgradesDisabled();
    }

    function isAppAllowed(BootInfo calldata boot) external view returns (bool, string memory) {
        if (requireTcbUpToDate && !upToDate(boot.tcbStatus))
            return (false, "TCB status is not up to date");
        if (!allowedComposeHashes[boot.composeHash]) return (false, "Compose hash not allowed");
        if (!allowAnyDevice && !allowedDeviceIds[boot.deviceId])
            return (false, "Device not allowed");
        return (true, "");
    }

    function version() external pure returns (uint256) {
        return 2;
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return id == 0x01ffc9a7 || id == 0x1e079198 || id == 0x8fd37527;
    }

    function _authorizeUpgrade(address) internal view override onlyOwner {
        require(!upgradesDisabled, "Upgrades are permanently disabled");
    }
}

/// The same with the two-step hand-over of the releases after 0.5.11.
contract DstackAppTwoStep is DstackApp {
    bytes32 private constant PENDING_OWNER_SLOT =
        0x237e158222e3e6968b72b9db0d8043aacf074ad9f650f0d1606b4d82ee432c00;

    event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);

    function pendingOwner() public view returns (address a) {
        assembly {
            a := sload(PENDING_OWNER_SLOT)
        }
    }

    function transferOwnership(address newOwner) public override onlyOwner {
        _setPendingOwner(newOwner);
        emit OwnershipTransferStarted(owner(), newOwner);
    }

    function acceptOwnership() external {
        if (msg.sender != pendingOwner()) revert OwnableUnauthorizedAccount(msg.sender);
        _setOwner(msg.sender);
    }

    function _setOwner(address newOwner) internal override {
        _setPendingOwner(address(0));
        super._setOwner(newOwner);
    }

    function _setPendingOwner(address newOwner) private {
        assembly {
            sstore(PENDING_OWNER_SLOT, newOwner)
        }
    }
}
