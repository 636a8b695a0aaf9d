// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.24;

import {Initializable} from "openzeppelin-5/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "openzeppelin-5/proxy/utils/UUPSUpgradeable.sol";

/// One owner, one-step hand-over, upgrades by the owner until they are switched off. The owner lies
/// in the ERC-7201 slot that dstack's contracts use, so that storage reads can be tried here too.
abstract contract Governed is Initializable, UUPSUpgradeable {
    bytes32 private constant OWNER_SLOT =
        0x9016d09d72d40fdae2fd8ceac6b6234c7706214fd39c1cd1e609a0528c199300;

    event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);

    error OwnableUnauthorizedAccount(address account);
    error OwnableInvalidOwner(address owner);

    modifier onlyOwner() {
        if (msg.sender != owner()) revert OwnableUnauthorizedAccount(msg.sender);
        _;
    }

    function owner() public view returns (address a) {
        assembly {
            a := sload(OWNER_SLOT)
        }
    }

    function transferOwnership(address newOwner) public virtual onlyOwner {
        if (newOwner == address(0)) revert OwnableInvalidOwner(newOwner);
        _setOwner(newOwner);
    }

    function renounceOwnership() public virtual onlyOwner {
        _setOwner(address(0));
    }

    function _setOwner(address newOwner) internal virtual {
        emit OwnershipTransferred(owner(), newOwner);
        assembly {
            sstore(OWNER_SLOT, newOwner)
        }
    }

    function _authorizeUpgrade(address) internal virtual override onlyOwner {}
}

struct BootInfo {
    address appId;
    bytes32 composeHash;
    address instanceId;
    bytes32 deviceId;
    bytes32 mrAggregated;
    bytes32 mrSystem;
    bytes32 osImageHash;
    string tcbStatus;
    string[] advisoryIds;
}

function upToDate(string calldata status) pure returns (bool) {
    return keccak256(bytes(status)) == keccak256("UpToDate");
}
