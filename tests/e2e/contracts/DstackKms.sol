// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.24;

import {ERC1967Proxy} from "openzeppelin-5/proxy/ERC1967/ERC1967Proxy.sol";
import {DstackApp} from "./DstackApp.sol";
import {BootInfo, Governed, upToDate} from "./Governed.sol";

/// Stand-in with the ABI, the events and the storage layout of dstack's DstackKms 0.5.9 to 0.5.11.
contract DstackKms is Governed {
    struct KmsInfo {
        bytes k256Pubkey;
        bytes caPubkey;
        bytes quote;
        bytes eventlog;
    }

    KmsInfo public kmsInfo;
    string public gatewayAppId;
    mapping(address => bool) public registeredApps;
    mapping(bytes32 => bool) public kmsAllowedAggregatedMrs;
    mapping(bytes32 => bool) public kmsAllowedDeviceIds;
    mapping(bytes32 => bool) public allowedOsImages;
    address public appImplementation;

    event AppDeployedViaFactory(address indexed appId, address indexed deployer);
    event AppImplementationSet(address implementation);
    event AppRegistered(address appId);
    event GatewayAppIdSet(string gatewayAppId);
    event KmsAggregatedMrAdded(bytes32 mrAggregated);
    event KmsAggregatedMrRemoved(bytes32 mrAggregated);
    event KmsDeviceAdded(bytes32 deviceId);
    event KmsDeviceRemoved(bytes32 deviceId);
    event KmsInfoSet(bytes k256Pubkey);
    event OsImageHashAdded(bytes32 osImageHash);
    event OsImageHashRemoved(bytes32 osImageHash);

    function initialize(address initialOwner, address appImplementation_) external initializer {
        require(initialOwner != address(0), "invalid owner address");
        _setOwner(initialOwner);
        appImplementation = appImplementation_;
    }

    function setKmsInfo(KmsInfo calldata info) external onlyOwner {
        kmsInfo = info;
        emit KmsInfoSet(info.k256Pubkey);
    }

    function setKmsQuote(bytes calldata quote) external onlyOwner {
        kmsInfo.quote = quote;
    }

    function setKmsEventlog(bytes calldata eventlog) external onlyOwner {
        kmsInfo.eventlog = eventlog;
    }

    function setGatewayAppId(string calldata appId) external onlyOwner {
        gatewayAppId = appId;
        emit GatewayAppIdSet(appId);
    }

    function setAppImplementation(address implementation) external onlyOwner {
        require(implementation != address(0), "Invalid implementation address");
        appImplementation = implementation;
        emit AppImplementationSet(implementation);
    }

    function registerApp(address appId) public {
        require(appId != address(0), "Invalid app ID");
        registeredApps[appId] = true;
        emit AppRegistered(appId);
    }

    function deployAndRegisterApp(
        address initialOwner,
        bool noUpgrades,
        bool tcbUpToDate,
        bool anyDevice,
        bytes32 deviceId,
        bytes32 composeHash
    ) public returns (address appId) {
        require(appImplementation != address(0), "DstackApp implementation not set");
        require(initialOwner != address(0), "Invalid owner address");
        bytes memory start = abi.encodeWithSelector(
            0x9ed28193, initialOwner, noUpgrades, tcbUpToDate, anyDevice, deviceId, composeHash
        );
        appId = address(new ERC1967Proxy(appImplementation, start));
        registerApp(appId);
        emit AppDeployedViaFactory(appId, msg.sender);
    }

    function deployAndRegisterApp(
        address initialOwner,
        bool noUpgrades,
        bool anyDevice,
        bytes32 deviceId,
        bytes32 composeHash
    ) external returns (address) {
        return deployAndRegisterApp(
            initialOwner, noUpgrades, false, anyDevice, deviceId, composeHash
        );
    }

    function addKmsAggregatedMr(bytes32 mrAggregated) external onlyOwner {
        kmsAllowedAggregatedMrs[mrAggregated] = true;
        emit KmsAggregatedMrAdded(mrAggregated);
    }

    function removeKmsAggregatedMr(bytes32 mrAggregated) external onlyOwner {
        kmsAllowedAggregatedMrs[mrAggregated] = false;
        emit KmsAggregatedMrRemoved(mrAggregated);
    }

    function addKmsDevice(bytes32 deviceId) external onlyOwner {
        kmsAllowedDeviceIds[deviceId] = true;
        emit KmsDeviceAdded(deviceId);
    }

    function removeKmsDevice(bytes32 deviceId) external onlyOwner {
        kmsAllowedDeviceIds[deviceId] = false;
        emit KmsDeviceRemoved(deviceId);
    }

    function addOsImageHash(bytes32 osImageHash) external onlyOwner {
        allowedOsImages[osImageHash] = true;
        emit OsImageHashAdded(osImageHash);
    }

    function removeOsImageHash(bytes32 osImageHash) external onlyOwner {
        allowedOsImages[osImageHash] = false;
        emit OsImageHashRemoved(osImageHash);
    }

    function isKmsAllowed(BootInfo calldata boot) external view returns (bool, string memory) {
        if (!upToDate(boot.tcbStatus)) return (false, "TCB status is not up to date");
        if (!allowedOsImages[boot.osImageHash]) return (false, "OS image is not allowed");
        if (!kmsAllowedAggregatedMrs[boot.mrAggregated])
            return (false, "Aggregated MR not allowed");
        if (!kmsAllowedDeviceIds[boot.deviceId])
            return (false, "KMS is not allowed to boot on this device");
        return (true, "");
    }

    function isAppAllowed(BootInfo calldata boot) external view returns (bool, string memory) {
        if (!registeredApps[boot.appId]) return (false, "App not registered");
        if (!allowedOsImages[boot.osImageHash]) return (false, "OS image is not allowed");
        if (boot.appId.code.length == 0) return (false, "App not deployed or invalid address");
        return DstackApp(boot.appId).isAppAllowed(boot);
    }

    function supportsInterface(bytes4 id) external view returns (bool) {
        return id == 0x01ffc9a7 || id == 0x1e079198;
    }
}
